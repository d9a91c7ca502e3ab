# For cases that run the units of this machine's packages as they are: supervisord gets mounts and a network of its own, so that /run, logs and
# ports are nobody else's. Loaded by the import-real cases.
#
#   own_place DIR      DIR is another, empty one there, with the owner and mode that it has; own_place DIR FROM: it is FROM
#   in_there CMD...    runs a command in the network and mounts of supervisord
# shellcheck shell=bash
own_mounts=$D/own-mounts.sh
cat >"$own_mounts" <<'S'
set -e
mount --make-rprivate /
ip link set lo up 2>/dev/null || python3 -c '
import fcntl, socket, struct
s = socket.socket()
fcntl.ioctl(s, 0x8914, struct.pack("16sh14x", b"lo", 1 | 64))' # SIOCSIFFLAGS: UP, RUNNING
mount -t tmpfs -o mode=755 tmpfs /run
S
own_place() {
  local from=${2:-$D/places$1}
  if (($# == 1)); then
    mkdir -p "$from"
    [[ ! -d $1 ]] || { chown --reference="$1" "$from"; chmod --reference="$1" "$from"; }
  fi
  echo "mount --bind '$from' '$1'" >>"$own_mounts"
}
cat >"$D/supervisord-in-there" <<S
#!/bin/sh
exec unshare --mount --net sh -c '. "\$0"; exec "\$@"' "$own_mounts" "$SUPERVISORD" "\$@"
S
chmod +x "$D/supervisord-in-there"
chmod a+rx "$D"
SUPERVISORD=$D/supervisord-in-there
in_there() { nsenter --target "$SUP" --net --mount -- "$@"; }
