#!/usr/bin/env bash
# Start the demo as the README says, twice, and ask the server whether it is well.
set -euo pipefail
cd "$(dirname "$0")/.."
port=${SMOKE_PORT:-8765}
workspace=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$workspace"' EXIT

start() {
  local limit=$1 began=$SECONDS
  make run WORKSPACE="$workspace/demo" PORT="$port" CLIENTS=2000 &
  server=$!
  until python3 -c "import urllib.request as u; u.urlopen('http://127.0.0.1:$port/health', timeout=2)" 2>/dev/null; do
    kill -0 "$server" 2>/dev/null || { echo "the server stopped"; exit 1; }
    [ $((SECONDS - began)) -lt "$limit" ] || { echo "no answer after $limit s"; exit 1; }
    sleep 0.2
  done
  echo "answered after $((SECONDS - began)) s"
}

stop() {
  pkill -TERM -P "$server" 2>/dev/null || true
  kill "$server" 2>/dev/null || true
  wait "$server" 2>/dev/null || true
}

start 600
stop
start 30
stop
