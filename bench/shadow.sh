#!/usr/bin/env bash
# Predictions with and without a shadow, in turns, so that what else the machine does meets both alike.
# Usage: bench/shadow.sh [CSV] [ROUNDS] [CONNECTIONS]    (default: the generated churn sample, 5 rounds, 4 connections). Needs wrk and python3.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."
command -v wrk >/dev/null || { echo "wrk is missing: apt-get install wrk" >&2; exit 1; }

csv=${1:-} rounds=${2:-5} connections=${3:-4}
home=$(mktemp -d)
./cairn demo --home "$home" --port 18081 ${csv:+--data "$csv"} >"$home/demo.log" 2>&1 &
server=$!
trap 'kill $server 2>/dev/null; wait $server 2>/dev/null; rm -rf "$home"' EXIT

url=
for _ in $(seq 900); do
    kill -0 $server 2>/dev/null || { cat "$home/demo.log" >&2; exit 1; }
    url=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1])).get("url") or "")' "$home/server.json" 2>/dev/null || true)
    [ -n "$url" ] && curl -fsS "$url/api/v1/deployments" 2>/dev/null | grep -q '"version"' && break
    sleep 0.2
done

deployment=$(curl -fsS "$url/api/v1/deployments" | python3 -c 'import json,sys; print(json.load(sys.stdin)["items"][0]["name"])')
curl -fsS "$url/api/v1/deployments/$deployment" | python3 -c '
import json, sys
# The middle of every range and the first category: a row the contract allows.
row = {}
for field in json.load(sys.stdin)["inputs"]:
    low, high = field.get("min", 0), field.get("max", 1)
    row[field["name"]] = (field["categories"][0] if field.get("categories") else True if field["type"] == "boolean"
                          else int((low + high) / 2) if field["type"] == "integer" else (low + high) / 2)
print("wrk.method = \"POST\"\nwrk.headers[\"Content-Type\"] = \"application/json\"\nwrk.body = [[" + json.dumps(row) + "]]")
print("""done = function(s, l)
  local e = s.errors
  io.write(string.format("%8.0f req/s   p50 %.3f ms   p99 %.3f ms   errors %d\\n", s.requests / (s.duration / 1e6),
    l:percentile(50) / 1000, l:percentile(99) / 1000, e.connect + e.read + e.write + e.timeout + e.status))
end""")' >"$home/predict.lua"

target=$url/api/v1/deployments/$deployment
shadow() { curl -fsS -X "$1" -o "$home/answer" -H 'Content-Type: application/json' ${2:+-d "$2"} "$target/variants/shadow"; }
# Processor time of the server, of its thread of shadows alone, and requests answered, so far.
spent() { python3 - "$home/server.json" <<'PY'
import glob, json, os, sys
pid, tick = json.load(open(sys.argv[1]))["pid"], os.sysconf("SC_CLK_TCK")
def used(path):
    name, rest = open(path).read().rsplit(")", 1)
    return name, sum(map(int, rest.split()[11:13])) / tick
print(used(f"/proc/{pid}/stat")[1], sum(t for name, t in map(used, glob.glob(f"/proc/{pid}/task/*/stat")) if "Cairn shadows" in name))
PY
}
measure() { wrk -t1 -c"$connections" -d5s "$target/predict" -s "$home/predict.lua" | tail -n 1; }

measure >/dev/null # warm
for _ in $(seq "$rounds"); do
    before=$(spent); printf 'without shadow: %s' "$(measure)"; printf '   cpu %s %s\n' "$before" "$(spent)"
    shadow PUT '{"version": 1, "shadow": true}'
    before=$(spent); printf 'with shadow:    %s' "$(measure)"; printf '   cpu %s %s\n' "$before" "$(spent)"
    shadow DELETE
done | tee "$home/rounds"

python3 - "$home/rounds" <<'PY'
import re, statistics, sys
found = {}
for line in open(sys.argv[1]):
    kind, rest = line.split(":", 1)
    rate, p50, p99 = (float(re.search(pattern, rest)[1]) for pattern in (r"(\d+) req/s", r"p50 ([\d.]+)", r"p99 ([\d.]+)"))
    total0, shadow0, total1, shadow1 = map(float, rest.split("cpu ")[1].split())
    shadows = shadow1 - shadow0
    found.setdefault(kind, []).append((rate, p50, p99, (total1 - total0 - shadows) / (rate * 5) * 1e6, shadows / (rate * 5) * 1e6))
for kind, rows in found.items():
    rate, p50, p99, others, shadows = (statistics.median(column) for column in zip(*rows))
    print(f"median {kind}: {rate:.0f} req/s, p50 {p50:.3f} ms, p99 {p99:.3f} ms; processor time of a request {others:.1f} us, of its shadow {shadows:.1f} us")
PY
curl -fsS "$url/metrics" | grep '^cairn_shadow' || true
