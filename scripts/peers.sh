#!/usr/bin/env bash
# Sees to the real peers that tests/ talks to: installs what is missing as root on Debian, elsewhere says what to install. Never removes or upgrades anything.
set -euo pipefail

# Command or kamailio module, and the Debian package that brings it.
peers=(
  'sipp sip-tester'
  'kamailio kamailio'
  'tls.so kamailio-tls-modules'
  'presence.so kamailio-presence-modules'
  'uuid.so kamailio-extra-modules'
  'outbound.so kamailio-outbound-modules'
  'websocket.so kamailio-websocket-modules'
  'baresip baresip-core'
  'sipsak sipsak'
  'tshark tshark'
  'chromium chromium'
  'xmllint libxml2-utils'
  'ip iproute2'
)

have() {
  case "$1" in
    *.so) compgen -G "/usr/lib/*/kamailio/modules/$1" >/dev/null || [ -e "/usr/lib64/kamailio/modules/$1" ] ;;
    *) PATH="$PATH:/usr/sbin:/sbin" command -v "$1" >/dev/null ;;
  esac
}

missing() {
  local row
  for row in "${peers[@]}"; do
    have "${row% *}" || echo "${row#* }"
  done
}

packages=$(missing | sort -u | xargs)
[ -n "$packages" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "busyhour: installing the peers of the tests: $packages" >&2
  export DEBIAN_FRONTEND=noninteractive
  log=$(mktemp)
  trap 'rm -f "$log"' EXIT
  # RUNLEVEL=1 keeps Debian from starting kamailio as a service.
  # shellcheck disable=SC2086
  if ! { apt-get update -qq && RUNLEVEL=1 apt-get install -y -qq --no-install-recommends $packages; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
  fi
  packages=$(missing | sort -u | xargs)
  [ -n "$packages" ] || exit 0
fi

echo "busyhour: not installed: $packages" >&2
if [ "${CI:-}" = true ]; then
  echo 'busyhour: with CI=true every peer must be there.' >&2
  exit 1
fi
echo 'busyhour: the tests that need them will be skipped. On Debian or Ubuntu, as root:' >&2
echo "  apt-get update && apt-get install -y $packages" >&2
