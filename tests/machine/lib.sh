# Runs one machine case in the guest, by busybox's shell, and gives it:
#
#   $D              the case's own folder
#   svc NAME        writes $D/conf.d/NAME.toml from stdin
#   sup [ARGS]      starts supervisord on $D/conf.d and waits until it answers; $SUP is its pid, what it says is in $D/sup.err
#   ctl ...         ctl on the case's socket
#   field NAME KEY  what `ctl status --json` says of a service: state, pid, cause ...
#   group_of NAME   the folder of the cgroup of a service's main process
#   pids_of COMMAND the processes with exactly this command line; gone COMMAND: there is none
#   eventually CMD  repeats CMD until it succeeds; fails the case after 20 seconds
#   fail TEXT, skip TEXT, assert_eq GOT WANT, assert_contains TEXT PART
#
# A case has to end with everything of it gone, and its supervisord with exit code 0.
set -eu
NAME=$1
D=/tmp/$NAME
SUP=
CGROUP=/sys/fs/cgroup
mkdir -p "$D/conf.d" "$D/log"

fail() { echo "FAILED: $*"; [ ! -s "$D/sup.err" ] || tail -n 20 "$D/sup.err"; exit 1; }
skip() { echo "$*" >"$D/why"; exit 77; }
assert_eq() { [ "$1" = "$2" ] || fail "got '$1', want '$2'"; }
assert_contains() { case $1 in *"$2"*) ;; *) fail "'$2' is not in: $1" ;; esac; }
assert_lacks() { case $1 in *"$2"*) fail "'$2' is in: $1" ;; esac; }
svc() { cat >"$D/conf.d/$1.toml"; }
ctl() { /bin/ctl --socket "$D/run/control.sock" "$@"; }
# Of one service, so that the first key of this name is its own.
field() { ctl status "$1" --json | sed 's/.*"services"//' | tr ',{' '\n\n' | sed -n "s/^ *\"$2\": *\"\{0,1\}\([^\"]*\)\"\{0,1\}.*/\1/p" | head -n 1; }
in_state() { [ "$(field "$1" state)" = "$2" ]; }
group_of() { echo "$CGROUP$(sed -n 's/^0:://p' "/proc/$(field "$1" pid)/cgroup")"; }
pids_of() { ps -o pid,args | sed -n "s/^ *\([0-9][0-9]*\) $1\$/\1/p"; }
gone() { [ -z "$(pids_of "$1")" ]; }
answers() { ctl ping >/dev/null 2>&1; }

eventually() {
  tries=0
  until "$@"; do
    tries=$((tries + 1))
    [ "$tries" -lt 200 ] || fail "not within 20 s: $*"
    sleep 0.1
  done
}

sup() {
  echo "[supervisord]
log = { services = \"file\", dir = \"$D/log\" }" >"$D/conf.d/supervisord.toml"
  /bin/supervisord -c "$D/conf.d" --runtime-dir "$D/run" "$@" 2>"$D/sup.err" &
  SUP=$!
  eventually answers
}

sup_end() {
  kill "$SUP"
  status=0
  wait "$SUP" || status=$?
  SUP=
  [ "$status" = 0 ] || fail "supervisord ended with $status"
}

. "/cases/$NAME"
[ -z "$SUP" ] || sup_end
left=$(find $CGROUP -name 'supervisord-*' | head -n 1)
[ -z "$left" ] || fail "left behind: $left"
