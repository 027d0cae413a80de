#!/usr/bin/env bash
# `npm start`: sets up, then runs the demo with the arguments given. Never needs a peer or a network.
set -euo pipefail
here="$(dirname "${BASH_SOURCE[0]}")"
bash "$here/setup.sh"
exec node "$here/../dist/src/cli/main.js" demo "$@"
