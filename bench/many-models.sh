#!/usr/bin/env bash
# 200 deployments of XGBoost models in one process: memory with all of them loaded, and answers within a bound that holds a few of them.
# Usage: bench/many-models.sh TELCO_CSV [COUNT [ROUNDS [DEPTH [BOUND [HOME]]]]]    (200 800 6 64MB). Client and server share the machine. To
# fill a home takes a minute or two; one that is named is kept, and used again.
set -euo pipefail
csv=$(realpath "${1:?the telco CSV}") count=${2:-200} rounds=${3:-800} depth=${4:-6} bound=${5:-64MB} home=${6:-}
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."
cairn=artifacts/bin/Cairn.Cli/release/cairn bench=artifacts/bin/Cairn.Bench/release/Cairn.Bench
[ -x $cairn ] && [ -x $bench ] || { echo "build first: dotnet build Cairn.slnx -c Release" >&2; exit 1; }

scratch=$(mktemp -d)
home=$(realpath -m "${home:-$scratch/home}")
mkdir -p "$home"
server=
stop() { [ -z "$server" ] || { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null || true; server=; }; }
trap 'stop; rm -rf "$scratch"' EXIT
resident() { awk '/^VmRSS/ { printf "%.0f MB", $2 / 1000 }' "/proc/$server/status"; }
memory() { curl -fsS http://127.0.0.1:18087/api/v1/model-memory; }
start() {
    $cairn up --home "$home" --port 18087 --model-memory "$1" >"$scratch/up.log" 2>&1 &
    server=$!
    for _ in $(seq 600); do curl -fsS http://127.0.0.1:18087/health/ready >/dev/null 2>&1 && return; sleep 0.05; done
    cat "$scratch/up.log" >&2
    exit 1
}

[ -e "$home/row.json" ] || $bench many-models make "$home" "$csv" "$count" "$rounds" "$depth"
start 1KB
echo "One model in memory: resident $(resident)"
stop

began=$(date +%s.%N)
start 2GB
echo "Ready after $(echo "$(date +%s.%N) $began" | awk '{ printf "%.1f", $1 - $2 }') s"
for _ in $(seq 600); do memory | grep -q "\"loaded\":$count," && break; sleep 0.05; done
echo "All loaded after $(echo "$(date +%s.%N) $began" | awk '{ printf "%.1f", $1 - $2 }') s: resident $(resident), $(memory)"
$bench many-models ask http://127.0.0.1:18087/ "$server" 3 "$home/row.json"
stop

start "$bound"
echo "A bound of $bound: resident $(resident)"
$bench many-models ask http://127.0.0.1:18087/ "$server" 10 "$home/row.json"
curl -fsS http://127.0.0.1:18087/health/ready; echo
