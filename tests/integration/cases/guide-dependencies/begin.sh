# . begin.sh FILE...: starts supervisord on these files of the case, or files and folders of the page, instead of those before. $PORT takes the place of port 8080.
# shellcheck shell=bash
export SUPERVISORD_SOCKET=$PWD/run/control.sock
if ctl --quiet ping 2>/dev/null; then ctl shutdown --quiet; fi
configs=()
for file; do
  if [[ -e $CASE/$file ]]; then sed "s|@D@|$PWD|g" "$CASE/$file" >"$file"; fi
  [[ -d $file ]] || sed -i "s/\b8080\b/${PORT:-8080}/g" "$file"
  configs+=(--config "$file")
done
if ! grep -qr '^\[supervisord\]' "$@"; then
  printf '[supervisord]\nlog = { dir = "%s" }\n' "$PWD/log" >log.toml
  configs+=(--config log.toml)
fi
supervisord "${configs[@]}" --runtime-dir "$PWD/run" --state-dir "$PWD/state" 2>>supervisord.log &
until ctl --quiet ping 2>/dev/null; do sleep 0.1; done
ctl --quiet wait --timeout 20s all 2>/dev/null || true
