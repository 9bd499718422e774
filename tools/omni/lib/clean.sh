# ./kms clean, ./kms purge and ./kms debug-symbols: taking away what was made or installed, and what a stack trace needs. Sourced.

# clean: build outputs, reports and Nx's caches. What was installed stays: packages, Node, npm packages.
clean() {
  local folders=()
  # Only what git ignores, so that no source file can be among them.
  mapfile -t folders < <(git ls-files --others --ignored --exclude-standard --directory -- packages tools |
    grep -E '/(build|dist|generated|test-results|coverage)/$')
  folders+=(coverage .nx/cache .nx/workspace-data .nx/type-check .nx/kms/log .nx/kms/tasks .nx/kms/valgrind)
  rm -rf -- "${folders[@]}"
  log_note "removed the build outputs; ./kms build makes them again"
}

# our_packages: installed packages that the workspace made itself (./kms deb), by their names.
our_packages() { dpkg-query -W -f='${db:Status-Abbrev}${Package}\n' 'kms*' 'kurento*' 'libkms*' 2>/dev/null | sed -n 's/^ii  *//p'; }

# installed_here: packages that ./kms installed and that are still there (system.sh records them).
installed_here() {
  local package
  [ ! -f "$KMS_STATE/installed-packages" ] || sort -u "$KMS_STATE/installed-packages" | while read -r package; do
    ! is_installed "$package" || echo "$package"
  done
}

# purge [--yes]: clean, and all packages of our_packages and installed_here with what only they needed, and the commands that npm
# installed; shown and asked first.
purge() {
  local packages=() answer
  [ "${1:-}" = --yes ] || [ $# -eq 0 ] || die "purge: unknown option $1" "there is only --yes: do not ask"
  mapfile -t packages < <({ our_packages; installed_here; } | sort -u)
  if [ ${#packages[@]} -gt 0 ]; then
    [ "$(id -u)" -eq 0 ] || die "purge removes system packages, which needs root" "sudo ./kms purge"
    log_step "These packages go, with what only they needed"
    apt-get --simulate purge --auto-remove "${packages[@]}" | sed -n 's/^Purg \([^ ]*\).*/\1/p' | sort | xargs | fold -s -w 110 | sed 's/^/    /'
  else
    log_note "no system package was installed by ./kms"
  fi
  if [ "${1:-}" != --yes ]; then
    printf 'Remove these, and build outputs and npm packages of %s? [y/N] ' "$KMS_ROOT"
    read -r answer || answer=""
    case "$answer" in y | Y | yes) ;; *) die "nothing was removed" "--yes does not ask" ;; esac
  fi
  remove_packages "${packages[@]}"
  [ ! -f "$KMS_STATE/installed-npm" ] || [ "$(id -u)" -ne 0 ] ||
    quietly npm-uninstall "The rest is still to be removed: ./kms purge again." \
      xargs -a "$KMS_STATE/installed-npm" npm uninstall --global
  clean
  rm -rf node_modules packages/*/node_modules tools/*/node_modules "$KMS_STATE"
}

# remove_packages <package>...: one apt run, so that nothing is half removed when it refuses; then the archive of debug symbols.
remove_packages() {
  [ $# -eq 0 ] || quietly apt-purge "apt says above why; nothing else was removed yet." \
    env DEBIAN_FRONTEND=noninteractive apt-get purge --auto-remove --yes -q -o Dpkg::Use-Pty=0 "$@"
  rm -f "$KMS_DEBUG_LIST"
}

KMS_DEBUG_LIST=${KMS_DEBUG_LIST:-/etc/apt/sources.list.d/kms-debug.list}

# debug_archive <distribution>: its line for apt's sources. Debug symbols have an archive of their own.
debug_archive() {
  local codename
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  case "$1" in
    debian) echo "deb http://deb.debian.org/debian-debug $codename-debug main" ;;
    ubuntu) echo "deb http://ddebs.ubuntu.com $codename main universe" ;;
  esac
}

# debug_symbols: debuggers, and the debug symbols of the libraries that the server uses; each that the archive has.
debug_symbols() {
  [ "$(id -u)" -eq 0 ] || die "debug-symbols installs system packages, which needs root" "sudo ./kms debug-symbols"
  local distro
  distro=$(distribution)
  ensure_packages gdb valgrind
  [ "$distro" != ubuntu ] || is_installed ubuntu-dbgsym-keyring || quietly keyring "Is the network there?" \
    apt-get install --yes -q ubuntu-dbgsym-keyring
  if [ ! -f "$KMS_DEBUG_LIST" ]; then
    debug_archive "$distro" >"$KMS_DEBUG_LIST"
    apt-get update -q >/dev/null 2>&1 && apt-cache show libglib2.0-0-dbgsym libglib2.0-0t64-dbgsym 2>/dev/null | grep -q ^Package: || {
      rm -f "$KMS_DEBUG_LIST"
      die "the archive of debug symbols cannot be reached: $(debug_archive "$distro")" \
        "GDB and the C library's symbols are installed. Is the network there, and a proxy set for apt?"
    }
  fi
  ensure_packages debug
}
