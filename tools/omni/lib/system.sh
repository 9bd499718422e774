# System packages: which of tools/packages.txt are missing, and installing them. Sourced.

# distribution: "debian" or "ubuntu", for anything else an explanation.
distribution() {
  local id="" like=""
  id=$(. /etc/os-release && echo "${ID:-}")
  like=$(. /etc/os-release && echo "${ID_LIKE:-}")
  case " $id $like " in
    *" ubuntu "*) echo ubuntu ;;
    *" debian "*) echo debian ;;
    *) die "this system ($id) is neither Debian nor Ubuntu" "Install what tools/packages.txt names, then: KMS_SKIP_PACKAGES=1 ./kms $KMS_COMMAND" ;;
  esac
}

# wanted_packages <distribution> <purpose>...: "<package> <optional|required>" lines from the list.
wanted_packages() {
  local distro=$1 purposes
  shift
  purposes=" $* "
  local purpose package words
  while read -r purpose package words; do
    case "$purpose" in '' | '#'*) continue ;; esac
    [[ $purposes == *" $purpose "* ]] || continue
    case " $words " in
      *" debian "*) [ "$distro" = debian ] || continue ;;
      *" ubuntu "*) [ "$distro" = ubuntu ] || continue ;;
    esac
    case " $words " in *" optional "*) echo "$package optional" ;; *) echo "$package required" ;; esac
  done <"$KMS_ROOT/tools/packages.txt"
}

is_installed() { [ "$(dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null)" = 'ii ' ]; }

# missing_packages <purpose>...: the packages not installed yet, in the list's form. Node's only where Node is missing.
missing_packages() {
  local distro package kind
  distro=$(distribution)
  {
    wanted_packages "$distro" "$@"
    command -v npm >/dev/null || printf '%s required\n' nodejs npm
  } | while read -r package kind; do
    is_installed "$package" || echo "$package $kind"
  done
}

# ensure_disk: room for a build, whose object files take most of it.
ensure_disk() {
  local needed_mib=3000 free_mib
  free_mib=$(df --output=avail -m "$KMS_ROOT" | tail -n 1 | tr -d ' ')
  [ "$free_mib" -ge "$needed_mib" ] ||
    die "the disk is nearly full: $free_mib MiB are free in $KMS_ROOT, a build needs $needed_mib" "./kms clean removes build outputs"
}

# ensure_packages <purpose>...
ensure_packages() {
  [ -z "${KMS_SKIP_PACKAGES:-}" ] || return 0
  local missing required
  missing=$(missing_packages "$@") || exit 1
  required=$(awk '$2 == "required" { print $1 }' <<<"$missing" | xargs)
  if [ "$(id -u)" -ne 0 ]; then
    [ -z "$required" ] || die "system packages are missing: $required" \
      "Install them with this command, then start ./kms $KMS_COMMAND again:" \
      "sudo apt-get update && sudo apt-get install --yes --no-install-recommends $required"
    return 0
  fi
  [ -n "$missing" ] || return 0
  # A missing package which the distribution does not have is asked for each time; the stamp keeps that from costing an update.
  local stamp="$KMS_STATE/optional-packages"
  [ -n "$required" ] || [ "$(cat "$stamp" 2>/dev/null)" != "$missing" ] || return 0
  log_step "System packages"
  quietly apt-update "Is the network there, and do the lines of /etc/apt/sources.list hold?" apt-get update -q
  local available="" package kind
  while read -r package kind; do
    if [ "$kind" = required ] || apt-cache show "$package" >/dev/null 2>&1; then
      available="$available $package"
    else
      log_note "not available here, going on without: $package"
    fi
  done <<<"$missing"
  if [ -n "$available" ]; then
    log_note "installing:$available"
    # unsafe-io: no fsync for each of ten thousand small files; a broken installation is repeated anyway.
    # shellcheck disable=SC2086 # a list of words
    quietly apt-install "Another apt may be running, or the disk be full; try the same command by hand." \
      env DEBIAN_FRONTEND=noninteractive apt-get install --yes -q --no-install-recommends -o Dpkg::Use-Pty=0 \
      -o Dpkg::Options::=--force-unsafe-io $available
    # shellcheck disable=SC2086 # a list of words
    printf '%s\n' $available >>"$KMS_STATE/installed-packages" # for ./kms purge
  fi
  missing_packages "$@" >"$stamp"
}
