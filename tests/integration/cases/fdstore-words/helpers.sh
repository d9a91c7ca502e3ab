# For the cases about stored descriptors: `told NAME WORDS` has keep.py do something and waits until supervisord has read of it; `found NAME` is
# what the present run has found, once it has looked.
# shellcheck shell=bash
cp "$CASE/../fdstore-words/keep.py" "$D"
keeps() { # NAME SETTINGS: a service that does what it is told.
  mkfifo "$D/$1.do"
  : >"$D/$1.done"
  svc "$1" <<T
[service.$1]
command = ["python3", "$D/keep.py", "$D", "$1"]
type    = "notify"
restart = { when = "always", delay = "10ms" }
$2
T
}
count_done() { wc -l <"$D/$1.done"; }
has_done() { [[ $(count_done "$1") == "$2" ]]; }
told() {
  local before
  before=$(count_done "$1")
  echo "${*:2}" >"$D/$1.do"
  eventually has_done "$1" $((before + 1))
}
found() {
  eventually test -e "$D/$1.found"
  grep -v ^FDSTORE= "$D/$1.found" | tr '\n' ' ' || true
}
stored() { field "$1" stored_fds; }
has_stored() { [[ $(stored "$1") == "$2" ]]; }
# Ends the present run of NAME, and waits for the next one to have looked.
dies() {
  local pid
  rm -f "$D/$1.found"
  pid=$(field "$1" pid)
  kill -KILL "$pid"
  eventually test -e "$D/$1.found"
  eventually in_state "$1" running
}
