# What a case of tests/integration may use. Loaded by the keeper before the case's `run`, with `set -euo pipefail`.
#
#   $D              the case's own folder, removed afterwards; everything a case writes is in it
#   $CTL            path of ctl; $SUPERVISORD: path of supervisord
#   svc NAME <<T    writes $D/conf.d/NAME.toml from stdin
#   sup [ARGS]      starts supervisord on $D/conf.d in the background and waits until it answers; $SUP is its pid, $MANAGER that of the
#                   manager which answered: what is said of the memory or the descriptors of supervisord is about that one
#   sup_end [SIG]   ends it with a signal (default TERM) and waits; its exit code is in $SUP_STATUS
#   sup_dies        kills it altogether with KILL, the guard and the manager, and waits; its exit code is in $SUP_STATUS
#   sup_wait        waits until it has ended by itself; its exit code is in $SUP_STATUS
#   ctl ...         ctl on the case's socket
#   eventually CMD  repeats CMD until it succeeds; fails the case after $DEADLINE seconds (default 10)
#                   (CMD may not be a function that calls fail, exits or assert_...: these end the case)
#   holds SECS CMD  fails the case if CMD fails at any time within SECS seconds
#   exits CODE CMD  runs CMD, fails unless it exits with CODE; what it printed is in $OUT (stdout) and $ERR (stderr)
#   AT_END=...      commands that are done at the end in any case, before supervisord is ended
#   fail TEXT, assert_eq GOT WANT [WHAT], assert_contains TEXT PART, assert_lacks TEXT PART
#   alive TEXT      true if a living process of this case has TEXT in its command line; pids_of TEXT prints their pids
#   count_of TEXT   how many living processes of this case have exactly TEXT as their command line
#   zombies         prints the zombies of this case
#   watch_zombies   counts them ten times a second from now on; zombies_were_few ends that and fails the case if they piled up
#   json PATH       reads JSON from stdin and prints what is at PATH: .services[0].name  .services[name=web].pid  .services[*].name
#   field NAME KEY  prints what `ctl status --json` says of a service: state, pid, ready, restarts_total, cause ...
#   in_state NAME STATE   whether a service is in this state
#   managers        prints the pid of the manager below $SUP; nothing while there is none, and with --no-guard
#   own_memory PID  prints how many KiB of memory it has without pages of files, of which the program is the greatest
#   $SUP_GUARD      "no" if the whole suite is run without a guard; what is about the guard `needs` one
#   $LEVEL          the level of containment of this run of the case, if it has a file `levels`; sup hands it on
#   $PLACE          the surroundings in which sup starts supervisord, if `levels` names some; $LEVEL is what it is expected to find there
#   is_sanitized    whether the programs are built with sanitizers, so that their memory says nothing
#   page NAME       does what docs/guide/NAME.md shows, and compares (tests/integration/page tells how); ctl and supervisord are those of $SUP_BIN,
#                   from a folder that everybody can reach
#   free_port       prints a TCP port of 127.0.0.1 that nothing listens on
#
# A supervisord that still runs when the case ends is ended with TERM, and the case fails unless it then exits with 0: so every case also
# checks the shutdown. What then is alive is a failure that the keeper reports.
# shellcheck shell=bash

SUPERVISORD=$SUP_BIN/supervisord
CTL=$SUP_BIN/ctl
SUP=
MANAGER=
SUP_STATUS=
SUP_GUARD=${SUP_GUARD:-}
PLACE=
LEVEL=${LEVEL:-}
OUT=
ERR=
AT_END=
DEADLINE=${DEADLINE:-10}
PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin

mkdir -p "$D/conf.d" "$D/log"
if [[ -d $CASE/conf.d ]]; then
  for definition in "$CASE"/conf.d/*; do
    sed "s|@D@|$D|g" "$definition" >"$D/conf.d/${definition##*/}"
  done
fi

# Names the line of the case, not the one of a helper here.
fail() {
  local frame=1
  while [[ ${BASH_SOURCE[frame]:-} == "$LIB" && -n ${BASH_SOURCE[frame + 1]:-} ]]; do frame=$((frame + 1)); done
  echo "FAILED at ${BASH_SOURCE[frame]##*/}:${BASH_LINENO[frame - 1]}: $*" >&2
  if [[ -s $D/sup.err ]]; then echo "-- supervisord said:" >&2; tail -n 30 "$D/sup.err" >&2; fi
  exit 1
}

# The end of a waiting time: now, $1 seconds, and more where everything is slower (sanitizers).
deadline_after() { echo $((${EPOCHREALTIME/./} + $1 * ${SUP_TIME_SCALE:-1} * 1000000)); }
is_sanitized() { [[ ${SUP_TIME_SCALE:-1} != 1 ]]; }
is_past() { ((${EPOCHREALTIME/./} >= $1)); }

eventually() {
  local deadline
  deadline=$(deadline_after "$DEADLINE")
  until "$@" >"$D/.eventually" 2>&1; do
    if is_past "$deadline"; then
      cat "$D/.eventually" >&2
      fail "not within $DEADLINE s: $*"
    fi
    sleep 0.02
  done
}

holds() {
  local seconds=$1 deadline span
  shift
  printf -v span %.0f "${seconds}e6"   # Also a part of a second.
  deadline=$((${EPOCHREALTIME/./} + span))
  while ! is_past "$deadline"; do
    "$@" >"$D/.holds" 2>&1 || { cat "$D/.holds" >&2; fail "did not hold for $seconds s: $*"; }
    sleep 0.02
  done
}

exits() {
  local want=$1 got=0
  shift
  "$@" >"$D/.out" 2>"$D/.err" || got=$?
  OUT=$(<"$D/.out") ERR=$(<"$D/.err")
  [[ $got == "$want" ]] || fail "exit code $got instead of $want: $*"$'\n'"$OUT"$'\n'"$ERR"
}

assert_eq() { [[ $1 == "$2" ]] || fail "${3:-got} '$1' instead of '$2'"; }
assert_contains() { [[ $1 == *"$2"* ]] || fail "no '$2' in '$1'"; }
assert_lacks() { [[ $1 != *"$2"* ]] || fail "'$2' should not be in '$1'"; }

svc() { cat >"$D/conf.d/$1.toml"; }
managers() { pgrep -P "$SUP" -x supervisord-mgr || true; }
ctl() { "$CTL" --socket "$D/run/control.sock" "$@"; }

# Logs stay in the case's folder, unless the case says itself where they go.
private_logs() {
  grep -qs '^ *\[supervisord' "$D"/conf.d/*.toml && return
  printf '[supervisord]\nlog = { services = "file", dir = "%s" }\n' "$D/log" >"$D/conf.d/supervisord.toml"
}

# The words of `levels` that name surroundings: supervisord finds the level of containment by itself there.
case $LEVEL in
  nobody | hidepid | container | bare-container | ro-cgroup) PLACE=$LEVEL LEVEL=descent ;;
  no-proc) PLACE=$LEVEL LEVEL=group ;;
esac
nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups)
as_nobody() { if ((EUID == 0)); then exec "${nobody[@]}" "$@"; else exec "$@"; fi; }
in_place() {
  local own_mounts=(unshare --mount) without_sys='mount -t tmpfs none /sys; ' hiding_proc='mount -t proc -o hidepid=invisible proc /proc; '
  # shellcheck disable=SC2016  # The shell in the namespace expands it.
  local read_only_cgroups='while read -r _ folder type _; do [ "$type" != cgroup2 ] || mount -o remount,bind,ro "$folder"; done </proc/self/mounts; '
  ((EUID == 0)) || own_mounts=(unshare --user --map-root-user --mount)
  case $PLACE in
    "") exec "$@" ${LEVEL:+--containment "$LEVEL"} ;;
    nobody) as_nobody "$@" ;;
    hidepid) exec "${own_mounts[@]}" sh -c "$hiding_proc"'exec "$@"' - "${nobody[@]}" "$@" ;;
    container) exec "${own_mounts[@]}" sh -c "$without_sys"'exec "$@"' - "${LIB%/*}/filtered" "$@" ;;
    bare-container) exec "${own_mounts[@]}" sh -c "$without_sys$hiding_proc"'exec "$@"' - "${LIB%/*}/filtered" --today "${nobody[@]}" "$@" ;;
    ro-cgroup) exec "${own_mounts[@]}" sh -c "$read_only_cgroups"'exec "$@"' - "$@" ;;
    no-proc) exec "${own_mounts[@]}" sh -c 'mount -t tmpfs none /proc; exec "$@"' - "$@" ;;
  esac
}
# Who is not root must be able to write in the case's folder, and to reach the program.
give_to_nobody() {
  [[ $PLACE == nobody || $PLACE == hidepid || $PLACE == bare-container ]] && ((EUID == 0)) || return 0
  [[ -x $D/bin/supervisord ]] || { mkdir "$D/bin"; cp "$SUPERVISORD" "$D/bin/supervisord"; }
  SUPERVISORD=$D/bin/supervisord
  chown -R 65534:65534 "$D"
}

sup_answers_or_ended() { ! [[ -d /proc/$SUP ]] || ctl ping; }

sup() {
  private_logs
  give_to_nobody
  [[ $SUP_GUARD != no || " $* " == *" --no-guard "* ]] || set -- --no-guard "$@"
  in_place "$SUPERVISORD" --config "$D/conf.d" --runtime-dir "$D/run" --state-dir "$D/state" "$@" >>"$D/sup.out" 2>>"$D/sup.err" &
  SUP=$!
  eventually sup_answers_or_ended
  [[ -d /proc/$SUP ]] || fail "supervisord ended before it answered"
  MANAGER=$(managers)
  MANAGER=${MANAGER:-$SUP}
}

sup_is_gone() { ! [[ -d /proc/$SUP ]]; }

sup_wait() {
  [[ -n $SUP ]] || fail "no supervisord was started"
  local deadline
  deadline=$(deadline_after "$((DEADLINE + 10))")
  until sup_is_gone; do
    if is_past "$deadline"; then fail "supervisord (pid $SUP) is still there"; fi
    sleep 0.02
  done
  SUP_STATUS=0
  wait "$SUP" || SUP_STATUS=$?
  SUP=
}

sup_end() {
  kill -s "${1:-TERM}" "$SUP"
  sup_wait
}

own_memory() { awk '/^Rss(Anon|Shmem)/ { sum += $2 } END { print sum }' "/proc/$1/status"; }
# A zombie with "l" has threads yet, and with them its descriptors.
is_dead() { local stat; stat=$(ps -o stat= -p "$1") || return 0; [[ $stat == Z* && $stat != *l* ]]; }
sup_dies() {
  local manager
  manager=$(managers)
  kill -s KILL "$SUP" ${manager:+"$manager"}   # The guard first, so that it starts no other one.
  [[ -z $manager ]] || eventually is_dead "$manager"
  sup_wait
}

end_case() {
  local status=$?
  trap - EXIT
  eval "$AT_END" || true
  if [[ -n $SUP ]] && ! sup_is_gone; then
    if ((status != 0)); then kill -s TERM "$SUP" || true; sup_wait; exit "$status"; fi
    sup_end
    [[ $SUP_STATUS == 0 ]] || fail "supervisord exited with $SUP_STATUS when the case ended it"
  elif [[ -n $SUP && $status == 0 ]]; then
    fail "supervisord ended by itself, and the case did not expect that (sup_wait)"
  fi
  exit "$status"
}
trap end_case EXIT

# The living processes of this case, `PID COMMAND LINE`, without the case's own shells and the tools that ask.
look_at_processes() {
  ps -ww -e -o pid=,ppid=,stat=,args= | KEEPER=$KEEPER awk '
    { pid = $1; parent[pid] = $2; state[pid] = $3; $1 = $2 = $3 = ""; sub(/^ +/, ""); args[pid] = $0 }
    function is_ours(p) { while (p in parent) { if (parent[p] == ENVIRON["KEEPER"]) return 1; p = parent[p] } return 0 }
    END { for (p in parent)
            if (state[p] !~ /^[ZX]/ && is_ours(p) && index(args[p], "bash -euo pipefail -c . \"$LIB\"") != 1) print p, args[p] }'
}
# One within its exec, or its exit, has no command line ("[name]"), but will.
processes() {
  local look seen
  for ((look = 0; look < 50; look++)); do
    seen=$(look_at_processes)
    grep -qE '^[0-9]+ \[.*\]$' <<<"$seen" || break
    sleep 0.01
  done
  [[ -z $seen ]] || echo "$seen"
}
zombies() {
  ps -e -o pid=,ppid=,stat=,comm= | KEEPER=$KEEPER awk '
    { parent[$1] = $2; state[$1] = $3; name[$1] = $4 }
    function is_ours(p) { while (p in parent) { if (parent[p] == ENVIRON["KEEPER"]) return 1; p = parent[p] } return 0 }
    END { for (p in parent) if (state[p] ~ /^Z/ && is_ours(p)) print p, name[p] }'
}
watch_zombies() {
  while [[ ! -e $D/zombies.enough ]]; do zombies | wc -l >>"$D/zombies"; sleep 0.1; done &
  WATCHER=$!
  AT_END="touch $D/zombies.enough${AT_END:+; $AT_END}"
}
# Fifty is the bound of needs.md 10. For a moment there may be more: who has just ended is a zombie until supervisord has its turn, and where many
# want the processor, dozens may end before that. Such a moment is no more than one look in twenty, and far from a limit of processes.
zombies_were_few() {
  touch "$D/zombies.enough"
  wait "$WATCHER"
  local counts nearly_all most
  mapfile -t counts < <(sort -n "$D/zombies")
  nearly_all=${counts[${#counts[@]} * 19 / 20]} most=${counts[-1]}
  echo "zombies in ${#counts[@]} looks: at most $nearly_all in nearly all of them, $most in all" >&2
  ((nearly_all <= 50 && most <= 500)) || fail "zombies pile up: $nearly_all or more in one of twenty looks, once $most"
}
pids_of() { processes | TEXT=$1 awk '{ pid = $1; $1 = ""; if (index($0, ENVIRON["TEXT"])) print pid }'; }
alive() { [[ -n $(pids_of "$1") ]]; }
gone() { ! alive "$1"; }
count_of() { processes | TEXT=$1 awk '{ pid = $1; sub(/^[0-9]+ /, ""); if ($0 == ENVIRON["TEXT"]) n++ } END { print n + 0 }'; }

json() {
  python3 -ISc '
import json, re, sys
values = [json.load(sys.stdin)]
for name, index in re.findall(r"\.([\w-]+)|\[([^]]*)\]", sys.argv[1]):
    if name: values = [v.get(name) if isinstance(v, dict) else None for v in values]
    elif index == "*": values = [e for v in values for e in (v or [])]
    elif "=" in index:
        key, _, want = index.partition("=")
        values = [next((e for e in v or [] if str(e.get(key)) == want), None) for v in values]
    else: values = [v[int(index)] if v and -len(v) <= int(index) < len(v) else None for v in values]
for v in values: print(v if isinstance(v, str) else json.dumps(v))' "$1"
}

field() { ctl status --json "$1" | json ".services[0].$2"; }
in_state() { [[ $(field "$1" state) == "$2" ]]; }

page() {
  mkdir "$D/bin"
  cp "$SUPERVISORD" "$CTL" "$D/bin"
  chmod 755 "$D"
  PATH=$D/bin:$PATH python3 -IS "${LIB%/*}/page" "${LIB%/tests/*}/docs/guide/$1.md"
}

free_port() { python3 -ISc 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
