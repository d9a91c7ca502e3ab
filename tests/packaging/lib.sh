# What a case of tests/packaging may use. Loaded before it, with `set -euo pipefail`, in an empty folder of its own.
#
#   $ROOT                 this tree; $SUP_BIN, $BUILD: the build folder
#   skip WHY              ends the case as skipped, visibly
#   have PROGRAM...       skips it where one of them is not there: scripts/install-deps --package installs them
#   fail TEXT             ends it as failed
#   needs_debian          skips it where this is no Debian, or its mirror does not answer; $CODENAME is its name, $MIRROR its mirror
#   debian_root [PACKAGE...]  makes the smallest root of this Debian, with these packages, and prints the path of its tar archive. It is kept
#                         in build/packaging, so a case gets what was made first; who wants to change it unpacks it
#   static_programs       builds $SUP_BIN/static/supervisord and ctl, or skips the case where that cannot be
# shellcheck shell=bash

PATH=$PATH:/usr/sbin:/sbin

skip() { echo "SKIP $*"; exit 77; }
have() { local name; for name; do command -v "$name" >/dev/null || skip "needs $name (scripts/install-deps --package)"; done; }
fail() { echo "FAILED at ${BASH_SOURCE[1]##*/}:${BASH_LINENO[0]}: $*" >&2; exit 1; }

needs_debian() {
  have debootstrap curl
  # shellcheck source=/dev/null
  . /etc/os-release
  [[ $ID == debian && -n ${VERSION_CODENAME:-} ]] || skip "needs Debian: the package is built for this host"
  CODENAME=$VERSION_CODENAME MIRROR=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
  curl -sfIL --max-time 20 "$MIRROR/dists/$CODENAME/InRelease" >/dev/null || skip "needs $MIRROR (DEBIAN_MIRROR names another)"
}

# Packages that were fetched once are kept, too. What is left out are lists and archives of apt, which `apt-get update` brings anew.
debian_root() {
  local kept=$ROOT/build/packaging made packages
  packages=$(IFS=,; echo "$*")
  local archive=$kept/root-$CODENAME${packages:+-$packages}.tar
  if [[ ! -e $archive ]]; then
    mkdir -p "$kept/archives"
    made=$(mktemp -d --tmpdir="$PWD")
    chmod 755 "$made"  # It is the / of everybody who unpacks the archive.
    debootstrap --variant=minbase ${packages:+--include="$packages"} --cache-dir="$kept/archives" "$CODENAME" "$made" "$MIRROR" \
      >debootstrap.log 2>&1 || { tail -n 20 debootstrap.log >&2; fail "debootstrap"; }
    tar -C "$made" --exclude='./var/lib/apt/lists/*' --exclude='./var/cache/apt/*' -cf "$archive.new" .
    mv "$archive.new" "$archive"
    rm -rf "$made"
  fi
  echo "$archive"
}

static_programs() {
  if [[ -e $SUP_BIN/build.ninja ]]; then
    cmake --build "$SUP_BIN" --target supervisord_static ctl_static >build.log 2>&1 || {
      grep -q 'unknown target' build.log && skip "the libraries are not there as static ones"
      cat build.log
      fail "does not build"
    }
  fi
  [[ -x $SUP_BIN/static/supervisord ]] || skip "needs a build folder"
}
