# What the cases about images use inside `unshare -mpf --kill-child`: podman, whose images, containers and settings are in this folder and
# whose processes end with the case. Loaded with `set -euo pipefail`; $ROOT and $SUP_BIN are handed on.
#
#   root_image NAME ARCHIVE        an image of what an archive holds
#   changed_image NAME FROM <<T    another one, FROM it: a recipe whose context is the folder `files`
#   recipe_image NAME RECIPE       builds a recipe of packaging/containers as it is. What it compiles is taken from $SUP_BIN by the
#                                  cmake of the image that it builds in (cmake_that_copies); its other commands are done
#   base_of RECIPE first|last      what its first or last stage is made FROM
#   runs IMAGE                     runs it, checks what it is documented to do: see there
# shellcheck shell=bash

mount -t proc proc /proc
# crun refuses hosts that have cgroups of both versions. The containers use none of them.
[[ ! -e /sys/fs/cgroup/unified ]] || mount --bind /sys/fs/cgroup/unified /sys/fs/cgroup

mkdir -p lower upper work mnt files conf.d lists
driver=vfs  # What always works, and copies every layer.
if mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work overlay mnt 2>/dev/null; then
  umount mnt
  driver=overlay
fi
cat >storage.conf <<T
[storage]
driver = "$driver"
graphroot = "$PWD/podman"
runroot = "$PWD/podman/run"
T
cat >containers.conf <<T
[containers]
cgroups = "disabled"
netns = "host"
default_ulimits = ["nofile=$(ulimit -Sn):$(ulimit -Hn)", "nproc=$(ulimit -Su | sed 's/unlimited/-1/'):$(ulimit -Hu | sed 's/unlimited/-1/')"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
lock_type = "file"
runtime = "crun"
network_backend = "cni"
tmp_dir = "$PWD/podman/tmp"
static_dir = "$PWD/podman/static"
volume_path = "$PWD/podman/volumes"
[network]
network_config_dir = "$PWD/podman/networks"
T
export CONTAINERS_STORAGE_CONF=$PWD/storage.conf CONTAINERS_CONF=$PWD/containers.conf TMPDIR=$PWD
export DISABLE_HC_SYSTEMD=true  # The health is asked for by us, not by timers of systemd.

fail() { echo "FAILED at ${BASH_SOURCE[1]##*/}:${BASH_LINENO[0]}: $*"; exit 1; }
eventually() { local end=$((SECONDS + 60)); until "$@" >/dev/null 2>&1; do ((SECONDS < end)) || fail "never: $*"; sleep 0.1; done; }

# By chroot, so without a cgroup; no image of a step is kept; in the one form that has a health check.
build() { podman build --isolation chroot --layers=false --pull=never --format docker "$@"; }
root_image() { podman import --quiet "$2" "$1" >/dev/null; }
changed_image() { { echo "FROM $2"; cat; } | build --quiet -f - -t "$1" files >/dev/null; }
base_of() { grep '^FROM ' "$ROOT/packaging/containers/$1" | if [[ $2 == first ]]; then head -n 1; else tail -n 1; fi | cut -d ' ' -f 2; }
recipe_image() {
  local mounts=(-v "$SUP_BIN:/built:ro" -v "$PWD/lists:/var/lib/apt/lists")  # What the first fetches, the second need not.
  build "${mounts[@]}" -f "$ROOT/packaging/containers/$2" -t "$1" "$ROOT" >build.log 2>&1 || { tail -n 60 build.log; fail "$2"; }
}

cmake_that_copies() {
  cat <<'T'
#!/bin/sh
# In place of cmake: what it is to build is in /built.
set -eu
building= preset= targets=
while [ $# -gt 0 ]; do
  case $1 in
    --build) building=yes ;;
    --preset) preset=$2; shift ;;
    --target) shift; targets=$*; break ;;
  esac
  shift
done
grep -q "\"name\": \"$preset\"" CMakePresets.json || { echo "no preset is called $preset" >&2; exit 1; }
[ -n "$building" ] || exit 0
for target in $targets; do
  case $target in
    supervisord | ctl) file=$target ;;
    supervisord_static | ctl_static) file=static/${target%_static} ;;
    *) echo "no target is called $target" >&2; exit 1 ;;
  esac
  install -D -m 755 "/built/$file" "build/$preset/$file"
done
T
}

# Two services, of which one needs the other and is of another user, from a volume.
cat >conf.d/two.toml <<'T'
[service.db]
command = ["sh", "-c", "trap 'echo goes; exit 0' TERM; while :; do sleep 0.1; done"]

[service.web]
command  = ["sh", "-c", "trap 'echo goes; exit 0' TERM; while :; do sleep 0.1; done"]
requires = ["db"]
user     = "1234"
T

# The entry point is PID 1 and runs the services of the volume; the image's health check tells how they are, both ways; `ctl` works; TERM
# stops all of them in order and ends with 0.
runs() {
  local image=$1 ctl pid
  ctl=$(podman image inspect --format '{{index .HealthCheck.Test 1}}' "$image") || fail "$image has no health check"
  podman run --detach --name one -v "$PWD/conf.d:/etc/supervisord/conf.d:ro" "$image" >/dev/null
  eventually podman healthcheck run one
  pid=$(podman inspect --format '{{.State.Pid}}' one)
  [[ $(awk '/^NSpid/ { print $NF }' "/proc/$pid/status") == 1 ]] || fail "not PID 1"
  [[ $(tr '\0' ' ' <"/proc/$pid/cmdline") == "$(podman image inspect --format '{{join .Config.Entrypoint " "}}' "$image") " ]] \
    || fail "not the entry point"
  podman exec one "$ctl" status >states || fail "ctl status"
  [[ $(grep -cE '^(db|web) .*running' states) == 2 ]] || { cat states; fail "ctl status"; }

  podman exec one "$ctl" --quiet stop web
  ! podman healthcheck run one >/dev/null || fail "healthy without web"
  podman exec one "$ctl" --quiet start web
  podman healthcheck run one >/dev/null || fail "not healthy with web"

  podman stop --time 20 one >/dev/null
  [[ $(podman inspect --format '{{.State.ExitCode}}' one) == 0 ]] || fail "TERM ends with $(podman inspect --format '{{.State.ExitCode}}' one)"
  podman logs one >log 2>&1
  # web goes twice: by `ctl stop`, and before db at the end.
  diff <(grep goes log) - <<<$'web | goes\nweb | goes\ndb | goes' || { cat log; fail "not stopped in order"; }
  podman rm one >/dev/null
}
