#!/usr/bin/env bash
# One warm prediction over HTTP on one connection, sixteen connections, and the memory of the idle server.
# Usage: bench/serving.sh [CSV]    (default: the generated churn sample). Needs wrk and python3.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."
command -v wrk >/dev/null || { echo "wrk is missing: apt-get install wrk" >&2; exit 1; }

home=$(mktemp -d)
./cairn demo --home "$home" --port 18080 ${1:+--data "$1"} >"$home/demo.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$home"' EXIT

url=
for _ in $(seq 600); do
    kill -0 $server 2>/dev/null || { cat "$home/demo.log" >&2; exit 1; }
    url=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1])).get("url") or "")' "$home/server.json" 2>/dev/null || true)
    [ -n "$url" ] && curl -fsS "$url/api/v1/deployments" 2>/dev/null | grep -q '"version"' && break
    sleep 0.2
done

# The story ends after its own prediction; from then on the server is idle.
sleep 30
pid=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["pid"])' "$home/server.json")
echo "idle memory, 30 s after the demo: $(awk '/VmRSS/ { printf "%.0f MB", $2 / 1024 }' "/proc/$pid/status")"

deployment=$(curl -fsS "$url/api/v1/deployments" | python3 -c 'import json,sys; print(json.load(sys.stdin)["items"][0]["name"])')
curl -fsS "$url/api/v1/deployments/$deployment" | python3 -c '
import json, sys
# The middle of every range and the first category: a row the contract allows.
row = {}
for field in json.load(sys.stdin)["inputs"]:
    low, high = field.get("min", 0), field.get("max", 1)
    row[field["name"]] = (field["categories"][0] if field.get("categories") else True if field["type"] == "boolean"
                          else int((low + high) / 2) if field["type"] == "integer" else (low + high) / 2)
body = json.dumps(row)
assert "]]" not in body
print("wrk.method = \"POST\"\nwrk.headers[\"Content-Type\"] = \"application/json\"\nwrk.body = [[" + body + "]]")
print("""done = function(s, l)
  local e = s.errors
  io.write(string.format("%8.0f req/s   p50 %.3f ms   p99 %.3f ms   errors %d\\n", s.requests / (s.duration / 1e6),
    l:percentile(50) / 1000, l:percentile(99) / 1000, e.connect + e.read + e.write + e.timeout + e.status))
end""")' >"$home/predict.lua"

target=$url/api/v1/deployments/$deployment/predict
wrk -t1 -c1 -d5s "$target" -s "$home/predict.lua" >/dev/null # warm
for connections in 1 16; do
    printf '%2d connections: ' $connections
    for _ in 1 2 3; do wrk -t1 -c$connections -d10s "$target" -s "$home/predict.lua" | tail -n 1; done | sort -n | sed -n 2p
done
