# Starting the server in the foreground. Sourced.

# listening_port <server options>...: the port of ws and http, from --port N or --port=N, else Kurento's.
listening_port() {
  local port=8888
  while [ $# -gt 0 ]; do
    case "$1" in
      --port) port=${2:-$port} ;;
      --port=*) port=${1#--port=} ;;
    esac
    shift
  done
  echo "$port"
}

# announce <port> <pid>: prints the addresses as soon as the port answers, for as long as the process lives.
announce() {
  while kill -0 "$2" 2>/dev/null; do
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then
      log_step "The server is up. Ctrl-C stops it."
      log_note "API   ws://localhost:$1/kurento"
      log_note "Page  http://localhost:$1/"
      return
    fi
    sleep 0.2
  done
}

# run_server <server options>...: becomes the server, so that signals (Ctrl-C, systemd's TERM) are its own.
run_server() {
  log_step "Server"
  announce "$(listening_port "$@")" $$ &
  exec node packages/server/dist/main.js "$@"
}
