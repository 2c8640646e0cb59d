#!/usr/bin/env bash
# Every page and every part of a page of the web UI, over a store with 100,000 runs and a million predictions: p50, p95 and weight of each.
# Usage: bench/ui.sh [RUNS [REQUESTS [HOME]]]    (100000 100). To fill a home takes two minutes; one that is named is kept, and used again.
# With POSTGRES="Host=…;Username=…;Database=…" in an empty database of PostgreSQL instead of SQLite. Needs python3, and psql for that. Client, server and database share the machine.
set -euo pipefail
runs=${1:-100000} requests=${2:-100} home=${3:-}
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."
cairn=artifacts/bin/Cairn.Cli/release/cairn
bench=artifacts/bin/Cairn.Bench/release/Cairn.Bench
dotnet build src/Cairn.Cli -c Release -v quiet --nologo
dotnet build bench/Cairn.Bench -c Release -v quiet --nologo
export OMP_WAIT_POLICY=passive MALLOC_ARENA_MAX=2 # as ./cairn does

scratch=$(mktemp -d)
[ -z "${POSTGRES:-}" ] || export CAIRN_POSTGRES=$POSTGRES
home=${home:-$scratch/home} port=${PORT:-18082} url=http://127.0.0.1:${PORT:-18082}
server=
stop() { [ -z "$server" ] || { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null || true; server=; }; }
trap 'stop; rm -rf "$scratch"' EXIT
start() {
    "$cairn" up --home "$home" --port "$port" >"$scratch/up.log" 2>&1 &
    server=$!
    for _ in $(seq 300); do curl -fsS "$url/health/ready" >/dev/null 2>&1 && return; sleep 0.1; done
    cat "$scratch/up.log" >&2
    exit 1
}

if [ ! -e "$home/filled" ]; then
    start # first: the demo is made by the server that has the home, and so in its database
    "$cairn" demo --once --home "$home" >"$scratch/demo.log" 2>&1 || { cat "$scratch/demo.log" >&2; exit 1; }
    "$bench" ui-fill --server "$url"
    stop
    python3 bench/ui.py "$home" "$runs" "${POSTGRES:-}"
    touch "$home/filled"
fi

start
"$bench" ui-pages --server "$url" --requests "$requests" ${ONLY:+--only "$ONLY"}
pid=$(python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))["pid"])' "$home/server.json")
echo "Memory of the server after all of these: $(awk '/VmRSS/ { printf "%.0f MB", $2 / 1024 }' "/proc/$pid/status")"
