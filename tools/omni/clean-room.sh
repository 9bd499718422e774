#!/usr/bin/env bash
# A newcomer's first minutes, checked: a bare Debian 12 (debootstrap, minbase with git and ca-certificates), this commit cloned
# into it, ./kms build there, then ./kms run until the page answers. Needs root, debootstrap and the network.
#   tools/omni/clean-room.sh [--keep]   --keep: leave the room for a look
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
[ "$(id -u)" -eq 0 ] || { echo "clean-room: needs root for debootstrap and chroot" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "clean-room: apt-get install debootstrap" >&2; exit 1; }
room=$(mktemp -d /var/tmp/kms-clean-room.XXXXXX)
is_kept=${1:-}
leave() { [ "$is_kept" = --keep ] && echo "left: $room" || rm -rf --one-file-system "$room"; }
trap leave EXIT

# inside <command>: in a process tree and mount table of its own, so that nothing survives it.
inside() {
  unshare --mount --pid --fork --kill-child "${unshare_more[@]}" bash -c '
    set -e
    room=$1
    ip link set lo up 2>/dev/null || true
    mount -t proc proc "$room/proc"
    mount --rbind /dev "$room/dev"
    mount --rbind /sys "$room/sys"
    exec chroot "$room" /usr/bin/env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      TERM=dumb LANG=C.UTF-8 "${@:3}" bash -c "cd /kms-omni || exit; $2"
  ' inside "$room" "$1" "${network[@]}"
}

echo "clean-room: bare Debian 12 in $room"
mirror=$(sed -n 's/^URIs: *\(http[^ ]*debian\)\/*$/\1/p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)
debootstrap --variant=minbase --include=git,ca-certificates bookworm "$room" ${mirror:+"$mirror"} >"$room.log" 2>&1 ||
  { tail -n 20 "$room.log"; exit 1; }
rm "$room.log"

# This machine's way to the network, nothing else of it: resolver, certificates, registry, proxies.
cp /etc/resolv.conf "$room/etc/resolv.conf"
cp /etc/ssl/certs/ca-certificates.crt "$room/etc/ssl/certs/ca-certificates.crt"
network=("npm_config_registry=$(npm config get registry 2>/dev/null)" "NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt")
for name in http_proxy https_proxy no_proxy; do
  [ -z "${!name:-}" ] || network+=("$name=${!name}")
done

git clone --quiet --no-hardlinks "file://$root" "$room/kms-omni"
unshare_more=()
started=$SECONDS
inside './kms build'
echo "clean-room: built in $((SECONDS - started)) s"
inside 'KMS_BUILD_TYPE=Debug node tools/omni/src/speed.js' |
  sed -n 's/.*(aim: .*/clean-room: &/p'

# A network of its own: no other server's port is in the way, and none of the network is needed any more.
unshare_more=(--net)
# By address: the bare root has no /etc/hosts, and without a network nothing else knows "localhost".
inside '
  ./kms run & server=$!
  for _ in $(seq 150); do
    kill -0 $server || exit 1
    if node -e "fetch(\"http://127.0.0.1:8888/\").then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"; then
      kill -TERM $server
      wait $server
      code=$?
      echo "clean-room: the page answered, the server ended with $code"
      exit $code
    fi
    sleep 0.4
  done
  echo "clean-room: the page did not answer" >&2
  exit 1
'
echo "clean-room: passed"
