#!/usr/bin/env bash
# Sets up a fresh machine (Node 20.19 or later on Debian, as root or with sudo) and passes all tests.
# Prints what each stage took; its last line is `N passed, N failed, N skipped`. A stage that can't run has failed.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
log=$(mktemp -d)
trap 'rm -rf "$log"' EXIT
passed=0 failed=0 skipped=0
matrix=${NODE_MATRIX:-22 24}

# Runs one stage; what it counted is added, and a stage that counts nothing counts as one.
stage() {
  local name=$1 started=$SECONDS status counts
  shift
  printf '\n=== %s\n' "$name"
  "$@" 2>&1 | tee "$log/stage"
  status=${PIPESTATUS[0]}
  counts=$(grep -oE '^[0-9]+ passed, [0-9]+ failed, [0-9]+ skipped$' "$log/stage" | tail -n 1)
  if [ -n "$counts" ]; then
    read -r stage_passed _ stage_failed _ stage_skipped _ <<<"${counts//,/}"
    passed=$((passed + stage_passed)) failed=$((failed + stage_failed)) skipped=$((skipped + stage_skipped))
    [ "$status" -eq 0 ] || [ "$stage_failed" -gt 0 ] || failed=$((failed + 1))
  elif [ "$status" -eq 0 ]; then passed=$((passed + 1))
  else failed=$((failed + 1)); fi
  printf '=== %s: %s in %s s\n' "$name" "$([ "$status" -eq 0 ] && echo passed || echo FAILED)" "$((SECONDS - started))"
  [ "$status" -eq 0 ] || remember_failures "$name"
}

# Keeps what a failed stage said of its failures, to be said again at the end: there nobody has to look for it.
remember_failures() {
  {
    printf '\n--- %s\n' "$1"
    sed 's/\x1b\[[0-9;]*m//g' "$log/stage" >"$log/plain"
    grep -E -A 25 '^ *FAIL ' "$log/plain" || tail -n 25 "$log/plain"
  } | head -n 200 >>"$log/failures"
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else echo "This needs root, and there is no sudo: run it as root, or have root run '$*'."; return 1; fi
}

node_version() {
  command -v node >/dev/null || { echo 'Node was not found: install Node 20.19 or later.'; return 1; }
  node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
    if (major > 20 || (major === 20 && minor >= 19)) console.log(`Node ${process.version}`);
    else { console.log(`Node ${process.version} is too old: install Node 20.19 or later.`); process.exitCode = 1; }'
}

debian_packages() {
  command -v apt-get >/dev/null || { echo 'The tests with a Python worker and a browser need Debian: apt-get was not found.'; return 1; }
  local missing=()
  local python=(python3-venv python3-setuptools python3-wheel python3-socketio python3-aiohttp python3-uvicorn python3-fastapi mypy)
  for package in curl jq openssl sqlite3 systemd apache2-bin media-types "${python[@]}" libnss3 libnspr4; do
    dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  echo "installing ${missing[*]}"
  as_root apt-get update -qq &&
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Another Node, from the npm package of that name; prints the folder of its program.
node_of() {
  local dir="$log/node-$1" bin="$log/node-$1/node_modules/node/bin"
  [ -x "$bin/node" ] || (mkdir -p "$dir" && cd "$dir" && npm init -y && npm install --silent --no-audit --no-fund "node@$1") >&2 || return 1
  echo "$bin"
}

# The packages as users install them, on this Node and the others.
packages() {
  local version bin nodes=()
  for version in $matrix; do
    bin=$(node_of "$version") || return 1
    nodes+=("$bin/node")
  done
  node scripts/check-packages.mjs "${nodes[@]}"
}

# Says by itself what the browser lacks.
chromium_starts() {
  node --import tsx --eval "import('./test/browser/chromium.ts').then(async ({ startChromium }) => {
    const browser = await startChromium();
    console.log('Chromium', browser.version());
    await browser.close();
  });"
}

# Debian's mypy, on Debian's libraries.
python_types() { (cd python && /usr/bin/python3 -m mypy); }

# Prometheus's own reading of the alerts and of Grafana's expressions. Unpacked only: installed, it would run.
promql() (
  cd "$log" || return 1
  apt-get download -qq prometheus 2>/dev/null || { as_root apt-get update -qq && apt-get download -qq prometheus; } || return 1
  dpkg-deb -x prometheus_*.deb prometheus && cd - >/dev/null || return 1
  node scripts/check-promql.mjs "$log/prometheus/usr/bin/promtool"
)

# Nginx, for the test of web servers in front of a hub. Unpacked only: installed, it would run, which `apache2-bin` does not.
nginx_unpacked() (
  local at=node_modules/.cache/nginx
  cd "$log" || return 1
  apt-get download -qq nginx 2>/dev/null || { as_root apt-get update -qq && apt-get download -qq nginx; } || return 1
  cd - >/dev/null && mkdir -p $at && dpkg-deb -x "$log"/nginx_*.deb $at && $at/usr/sbin/nginx -v
)

# The tests once more on another Node.
on_node() {
  local bin
  bin=$(node_of "$1") || return 1
  PATH="$bin:$PATH" bash -c 'node --version && node node_modules/vitest/vitest.mjs run packages test/conformance'
}

stage 'Node' node_version
stage 'Debian packages' debian_packages
stage 'npm ci' npm ci --no-audit --no-fund
stage 'build' npm run build --silent
stage 'check' npm run check --silent
stage 'Python types' python_types
stage 'PromQL' promql
stage 'Chromium' chromium_starts
stage 'nginx' nginx_unpacked
stage 'tests' npm test --silent
stage 'simulator' npm run simulate --silent -- --seeds "${SIMULATE_SEEDS:-1000}"
stage 'packages' packages
for version in $matrix; do stage "Node $version" on_node "$version"; done

[ -s "$log/failures" ] && { printf '\n=== What failed\n'; cat "$log/failures"; }
printf '\n%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
