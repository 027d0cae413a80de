#!/usr/bin/env bash
# `npm test`: sets up, sees to the peers, then runs vitest with the arguments given. Never retries a failure.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash scripts/setup.sh
bash scripts/peers.sh
exec node_modules/.bin/vitest run "$@"
