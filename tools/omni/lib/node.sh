# Node, pnpm and the npm packages of the workspace. Sourced.

KMS_NODE_MINIMUM=20.17
KMS_NODE_INSTALL=22 # the npm package "node" carries the binary, so that no other download site is needed

# at_least <version> <minimum>: compares dotted numbers.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

# npm_tool <name> <version>: installs a command with npm, for everybody as root, else below the workspace.
npm_tool() {
  local name=$1 version=$2 flags=()
  [ "$(id -u)" -eq 0 ] || flags+=(--prefix "$KMS_STATE/tools")
  # npm 11 runs install scripts only of packages that it is told to trust; older ones do not know the option.
  ! at_least "$(npm --version)" 11 || flags+=("--allow-scripts=$name")
  quietly "npm-$name" "Is the npm registry reachable? npm config get registry" \
    npm install --global --no-fund --no-audit "${flags[@]}" "$name@$version"
  echo "$name" >>"$KMS_STATE/installed-npm" # for ./kms purge
  hash -r
}

# ensure_node: a Node that is new enough, first in PATH.
ensure_node() {
  PATH="$KMS_STATE/tools/bin:$PATH"
  export PATH
  at_least "$(node --version 2>/dev/null | tr -d v)" "$KMS_NODE_MINIMUM" && return
  log_step "Node $KMS_NODE_INSTALL (this one is older than $KMS_NODE_MINIMUM: $(node --version 2>/dev/null || echo none))"
  npm_tool node "$KMS_NODE_INSTALL"
  at_least "$(node --version 2>/dev/null | tr -d v)" "$KMS_NODE_MINIMUM" ||
    die "node is still $(node --version) ($(command -v node))" "Put the new one first in PATH, e.g. export PATH=/usr/local/bin:\$PATH"
}

# ensure_pnpm: the version that package.json pins; pnpm refuses to work under another.
ensure_pnpm() {
  local pinned
  pinned=$(node -p "require('$KMS_ROOT/package.json').packageManager.split('@')[1].split('+')[0]")
  [ "$(cd / && pnpm --version 2>/dev/null)" != "$pinned" ] || return 0
  log_step "pnpm $pinned"
  npm_tool pnpm "$pinned"
}

# ensure_dependencies: node_modules as the lockfile says; a stamp inside it tells whether that is so already.
ensure_dependencies() {
  local stamp="$KMS_ROOT/node_modules/.kms-stamp" key
  key=$({ node --version; cat "$KMS_ROOT/pnpm-lock.yaml" "$KMS_ROOT"/packages/*/package.json; } | sha256sum)
  [ "$(cat "$stamp" 2>/dev/null)" != "$key" ] || return 0
  log_step "npm packages"
  quietly pnpm-install "Is the npm registry reachable? After a change of package.json: pnpm install" \
    env CI=true pnpm --dir "$KMS_ROOT" install --frozen-lockfile --prefer-offline
  echo "$key" >"$stamp"
}
