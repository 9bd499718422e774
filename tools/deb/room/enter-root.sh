#!/usr/bin/env bash
# enter-root.sh <root> <folder>[:<folder>...] <working folder> <command>...: runs a command in another root, in a process tree and
# mount table of its own, so that nothing survives it. The folders are seen inside at the same paths.
set -euo pipefail
exec unshare --mount --pid --fork --kill-child bash -c '
  set -euo pipefail
  root=$1 folders=$2 cwd=$3
  shift 3
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount --rbind /sys "$root/sys"
  IFS=: read -ra list <<<"$folders"
  for folder in "${list[@]}"; do
    mkdir -p "$root$folder"
    mount --bind "$folder" "$root$folder"
  done
  [ ! -e /etc/resolv.conf ] || cat /etc/resolv.conf >"$root/etc/resolv.conf"
  export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
  exec chroot "$root" /usr/bin/env --chdir="$cwd" "$@"
' enter-root "$@"
