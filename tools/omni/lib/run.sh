# Options of ./kms run and ./kms build: how the server is built, and what it runs under. Sourced.

# What the options choose. KMS_RUN_UNDER: nothing, gdb or a tool of Valgrind; KMS_SERVER_ARGS: what is not ours;
# KMS_RUN_OPTIONS: those that make no sense for build.
KMS_RUN_UNDER=""
KMS_BUILD_ONLY=""
KMS_WITH_JEMALLOC=""
KMS_RUN_OPTIONS=()
KMS_SERVER_ARGS=()

# choose <variable> <value> <option>: sets it, or ends where another option has set it to something else.
choose() {
  local -n chosen=$1
  local other="KMS_CHOSEN_$1"
  [ -z "${!other:-}" ] || [ "$chosen" = "$2" ] || die "${!other} and $3 cannot be had together" "./kms --help"
  chosen=$2
  printf -v "$other" %s "$3"
}

# sanitize <kind> <option>: address and undefined go together, thread with none of them.
sanitize() {
  case "${KMS_SANITIZE:-}+$1" in
    "+$1" | "$1+$1") KMS_SANITIZE=$1 ;;
    address+undefined | undefined+address | address,undefined+address | address,undefined+undefined)
      KMS_SANITIZE=address,undefined ;;
    *) die "$2 cannot be had together with the sanitizers $KMS_SANITIZE" "One kind at a time: they need different builds." ;;
  esac
}

# parse_run_options <argument>...: what ./kms run and ./kms build were given; the server gets what is not known here.
parse_run_options() {
  while [ $# -gt 0 ]; do
    case "$1" in
      --release) choose KMS_BUILD_TYPE RelWithDebInfo "$1" ;;
      --clang) choose KMS_COMPILER clang "$1" ;;
      --verbose) KMS_VERBOSE=1 ;;
      --build-only) KMS_BUILD_ONLY=1 ;;
      --jemalloc) KMS_WITH_JEMALLOC=1 && KMS_RUN_OPTIONS+=("$1") ;;
      --gdb) choose KMS_RUN_UNDER gdb "$1" && KMS_RUN_OPTIONS+=("$1") ;;
      --valgrind-memcheck | --valgrind-massif | --valgrind-callgrind)
        choose KMS_RUN_UNDER "${1#--valgrind-}" "$1" && KMS_RUN_OPTIONS+=("$1") ;;
      --address-sanitizer) sanitize address "$1" ;;
      --undefined-sanitizer) sanitize undefined "$1" ;;
      --thread-sanitizer) sanitize thread "$1" ;;
      --) shift && KMS_SERVER_ARGS+=("$@") && break ;;
      *) KMS_SERVER_ARGS+=("$1") ;;
    esac
    shift
  done
  one_allocator
  KMS_BUILD_TYPE=${KMS_BUILD_TYPE:-$(default_build_type)}
  export KMS_BUILD_TYPE KMS_COMPILER KMS_SANITIZE KMS_VERBOSE
}

# default_build_type: Debug; what is slow by itself gets an optimised build, the one that the tests use too.
default_build_type() {
  case "$KMS_RUN_UNDER+${KMS_SANITIZE:-}" in + | gdb+) echo Debug ;; *) echo RelWithDebInfo ;; esac
}

# one_allocator: of what replaces malloc, one thing at a time.
one_allocator() {
  local users=()
  [ -z "${KMS_SANITIZE:-}" ] || users+=("the $KMS_SANITIZE sanitizer")
  [ -z "$KMS_WITH_JEMALLOC" ] || users+=(jemalloc)
  case "$KMS_RUN_UNDER" in '' | gdb) ;; *) users+=("Valgrind") ;; esac
  [ "${#users[@]}" -le 1 ] ||
    die "${users[0]} and ${users[1]} cannot be had together" "Each brings a memory allocator of its own."
}

# refuse_run_options: of what ./kms build was given, what only a server understands or what it would run under.
refuse_run_options() {
  [ ${#KMS_SERVER_ARGS[@]} -eq 0 ] || die "build: unknown option ${KMS_SERVER_ARGS[0]}" "./kms --help lists them"
  [ ${#KMS_RUN_OPTIONS[@]} -eq 0 ] || die "build: ${KMS_RUN_OPTIONS[0]} is for ./kms run" "./kms run --build-only stops before the server"
}

# run_purposes: of tools/packages.txt, what the options need.
run_purposes() {
  printf '%s\n' build run
  case "$KMS_RUN_UNDER" in '') ;; gdb) echo gdb ;; *) echo valgrind ;; esac
  [ "${KMS_COMPILER:-}" != clang ] || echo clang
  [ -z "$KMS_WITH_JEMALLOC" ] || echo jemalloc
}

# preloaded: libraries that must be there before Node's own allocator.
preloaded() {
  [ -z "$KMS_WITH_JEMALLOC" ] || echo libjemalloc.so.2
  local library kind kinds=${KMS_SANITIZE:-}
  # Clang's runtime for addresses has the one for undefined behaviour inside.
  [ "${KMS_COMPILER:-gcc}" != clang ] || kinds=${kinds%,undefined}
  for kind in ${kinds//,/ }; do
    library=$(sanitizer_runtime "$kind")
    [ -f "$library" ] || die "the runtime of the $kind sanitizer is missing: $library" \
      "GCC's comes with the package gcc, clang's with libclang-rt-19-dev: apt-get install --reinstall it."
    echo "$library"
  done
}

# sanitizer_runtime <kind>: path of its shared library.
sanitizer_runtime() {
  local clang name
  case "$1" in address) name=asan ;; undefined) name=ubsan ;; thread) name=tsan ;; esac
  if [ "${KMS_COMPILER:-gcc}" = clang ]; then
    clang=$(command -v clang-19 || echo clang)
    "$clang" -print-file-name="libclang_rt.${name/#ubsan/ubsan_standalone}-$(uname -m).so"
  else
    gcc -print-file-name="lib$name.so"
  fi
}

# server_under <environment> <program> <argument>...: the command in KMS_COMMAND_LINE, with the tool that was chosen around
# it. <environment>: "NAME=value" for the server alone, or nothing. A debugger or Valgrind sees everything in one process.
server_under() {
  local report="$KMS_STATE/valgrind/$KMS_RUN_UNDER-%p" for_server=$1
  shift
  case "$KMS_RUN_UNDER" in
    '') KMS_COMMAND_LINE=(env ${for_server:+"$for_server"} "$@") && return ;;
    gdb) KMS_COMMAND_LINE=(gdb -q ${for_server:+-ex "set environment ${for_server/=/ }"} -ex "set startup-with-shell off"
      -ex "handle SIGUSR1 nostop noprint" -ex run --args "$@") ;;
    memcheck) KMS_COMMAND_LINE=(valgrind --tool=memcheck --log-file="$report.log" --leak-check=full --num-callers=30
      --suppressions="$KMS_ROOT/packages/cmake-utils/cmake/valgrind.supp" "$@") ;;
    massif) KMS_COMMAND_LINE=(valgrind --tool=massif --log-file="$report.log" --massif-out-file="$report.out" "$@") ;;
    callgrind) KMS_COMMAND_LINE=(valgrind --tool=callgrind --log-file="$report.log" --callgrind-out-file="$report.out" "$@") ;;
  esac
  KMS_COMMAND_LINE+=(--workers 0)
  export GST_REGISTRY_FORK=no G_SLICE=${G_SLICE:-always-malloc}
  [ "$KMS_RUN_UNDER" = gdb ] || { mkdir -p "${report%/*}" && log_note "report: ${report#"$KMS_ROOT"/} (%p is the process)"; }
}

# start_server: in place of this script, so that signals are the server's own.
start_server() {
  local variant preload
  variant=$(node tools/nx-plugin/src/bin/variant.js)
  preload=$(preloaded | xargs)
  server_under "${preload:+LD_PRELOAD=$preload${LD_PRELOAD:+ $LD_PRELOAD}}" \
    node packages/server/dist/main.js "${KMS_SERVER_ARGS[@]}"
  # TSan's shadow memory has fixed places, which randomised addresses may take.
  [ "${KMS_SANITIZE:-}" != thread ] || KMS_COMMAND_LINE=(setarch -R "${KMS_COMMAND_LINE[@]}")
  log_step "Server, build $variant (it says where it listens; Ctrl-C stops it)"
  export KMS_VARIANT=$variant
  tool_defaults
  exec "${KMS_COMMAND_LINE[@]}"
}

# tool_defaults: settings of the sanitizers and of jemalloc, where the caller has none of their own.
tool_defaults() {
  local utils="$KMS_ROOT/packages/cmake-utils/cmake"
  # V8 gives nothing back at its end: leaks are looked for by the native tests.
  export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0:strict_string_checks=1:detect_stack_use_after_return=1}
  export UBSAN_OPTIONS=${UBSAN_OPTIONS:-print_stacktrace=1}
  # Node, GLib and GStreamer are built without: what they do between themselves looks like races.
  export TSAN_OPTIONS=${TSAN_OPTIONS:-ignore_noninstrumented_modules=1:ignore_interceptors_accesses=1:suppressions=$utils/tsan.supp}
  [ -z "$KMS_WITH_JEMALLOC" ] || export MALLOC_CONF=${MALLOC_CONF:-abort_conf:true,confirm_conf:true}
}
