#!/usr/bin/env bash
# Lines of JSON in and predictions out on one connection: rows a second, and the memory of the server on the way.
# Usage: bench/lines.sh [ROWS]    (default: 1000000, of the generated churn sample). Needs python3.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."

home=$(mktemp -d)
./cairn demo --home "$home" --port 18082 >"$home/demo.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$home"' EXIT

url=
for _ in $(seq 600); do
    kill -0 $server 2>/dev/null || { cat "$home/demo.log" >&2; exit 1; }
    url=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1])).get("url") or "")' "$home/server.json" 2>/dev/null || true)
    [ -n "$url" ] && curl -fsS "$url/api/v1/deployments" 2>/dev/null | grep -q '"version"' && break
    sleep 0.2
done
sleep 30 # the story of the demo ends
python3 bench/lines.py "$url" "$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["pid"])' "$home/server.json")" "${1:-1000000}"
ls -l "$home"/predictions.db | awk '{ printf "log: %.0f MB\n", $5 / 1e6 }'
