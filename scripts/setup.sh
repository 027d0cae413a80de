#!/usr/bin/env bash
# Makes a checkout ready to run: packages and dist/. Idempotent, and quick when both are there. Never touches anything outside the checkout.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

wanted=20.19
if ! command -v node >/dev/null; then
  echo "busyhour needs Node.js >= $wanted; none found. See https://nodejs.org/" >&2
  exit 1
fi
if ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; then
  echo "busyhour needs Node.js >= $wanted; this is $(node --version)." >&2
  exit 1
fi

# The mark is our own, so that an install that was cut short is done again. No package here needs its install script:
# native parts come as platform packages. `install` rather than `ci`, because registry mirrors may lack the platform
# packages of other systems, and `ci` then refuses the lock; --no-save leaves the lock as it is and obeys it.
installed=node_modules/.busyhour-installed
if [ ! -f "$installed" ] || [ package-lock.json -nt "$installed" ] || [ package.json -nt "$installed" ]; then
  echo 'busyhour: installing packages' >&2
  npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error >&2
  touch "$installed"
fi

built=dist/.built
if [ ! -f "$built" ] || [ "$installed" -nt "$built" ] ||
  [ -n "$(find src suites scripts/build.mjs -newer "$built" ! -name '*.test.ts' -print -quit)" ]; then
  echo 'busyhour: building' >&2
  mark=$(mktemp)
  trap 'rm -f "$mark"' EXIT
  node scripts/build.mjs >&2
  # The time of the mark is that before the build: a file saved meanwhile is built next time.
  touch -r "$mark" "$built"
fi
