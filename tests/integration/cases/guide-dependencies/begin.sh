# . begin.sh FILE: starts supervisord on this file of the case, instead of the one before.
# shellcheck shell=bash
export SUPERVISORD_SOCKET=$PWD/run/control.sock
if ctl --quiet ping 2>/dev/null; then ctl shutdown --quiet; fi
sed "s|@D@|$PWD|g" "$CASE/$1" >"$1"
supervisord --config "$1" --runtime-dir "$PWD/run" --state-dir "$PWD/state" 2>>supervisord.log &
until ctl --quiet ping 2>/dev/null; do sleep 0.1; done
ctl --quiet wait --timeout 20s all 2>/dev/null || true
