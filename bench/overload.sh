#!/usr/bin/env bash
# Accepted and refused predictions with 16, 256 and 2,000 connections, with shedding and without, in turns.
# Usage: bench/overload.sh [SECONDS]    (10). Needs python3. Client and server share the machine.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."
seconds=${1:-10}
cairn=artifacts/bin/Cairn.Cli/release/cairn
bench=artifacts/bin/Cairn.Bench/release/Cairn.Bench
dotnet build src/Cairn.Cli -c Release -v quiet --nologo
dotnet build bench/Cairn.Bench -c Release -v quiet --nologo
ulimit -n 8192

scratch=$(mktemp -d)
home=$scratch/home
server=
stop() { [ -z "$server" ] || { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null || true; server=; }; }
trap 'stop; rm -rf "$scratch"' EXIT
"$cairn" demo --once --home "$scratch/made" >"$scratch/demo.log" 2>&1 || { cat "$scratch/demo.log" >&2; exit 1; }

# Each server begins with an empty log: above a million rows it is rolled into Parquet, and that takes from what is measured.
start() {
    rm -rf "$home"
    cp -r "$scratch/made" "$home"
    "$cairn" up --home "$home" --port 18081 --max-in-flight "$1" >"$scratch/up.log" 2>&1 &
    server=$!
    for _ in $(seq 300); do curl -fsS http://127.0.0.1:18081/health/ready >/dev/null 2>&1 && return; sleep 0.1; done
    cat "$scratch/up.log" >&2
    exit 1
}

load() { DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=1 "$bench" overload http://127.0.0.1:18081/api/v1/predict "$scratch/row.json" --connections "$1" --seconds "$2" ${3:-}; }

start 0
curl -fsS http://127.0.0.1:18081/api/v1/deployments/churn | python3 -c '
import json, sys
# The middle of every range and the first category: a row the contract allows.
row = {}
for field in json.load(sys.stdin)["inputs"]:
    low, high = field.get("min", 0), field.get("max", 1)
    row[field["name"]] = (field["categories"][0] if field.get("categories") else True if field["type"] == "boolean"
                          else int((low + high) / 2) if field["type"] == "integer" else (low + high) / 2)
print(json.dumps(row), end="")' >"$scratch/row.json"
stop

for clients in "" --patient; do
    for shedding in 0 1000; do
        start "$shedding"
        load 16 3 >/dev/null # warm
        echo "--max-in-flight $shedding, clients that $([ -n "$clients" ] && echo "wait as Retry-After says" || echo "ask again at once")"
        for connections in 16 256 2000; do load $connections "$seconds" $clients; done
        stop
    done
done
