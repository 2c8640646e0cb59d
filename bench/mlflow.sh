#!/usr/bin/env bash
# MLflow's protocol on SQLite: single metrics, new runs and batches of 1,000 metrics from eight connections; searches of 10,000 runs and a
# history of 100,000 points; the client's own ceiling beside them. Usage: bench/mlflow.sh [ROUNDS [SECONDS]]. Needs wrk and python3.
set -euo pipefail
rounds=${1:-3} seconds=${2:-6} port=${PORT:-18151}
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."
command -v wrk >/dev/null || { echo "wrk is missing: apt-get install wrk" >&2; exit 1; }
cairn=artifacts/bin/Cairn.Cli/release/cairn bench=artifacts/bin/Cairn.Bench/release/Cairn.Bench
[ -x $cairn ] || { echo "build first: dotnet build Cairn.slnx -c Release" >&2; exit 1; }

scratch=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$scratch"' EXIT
url=http://127.0.0.1:$port api=http://127.0.0.1:$port/api/2.0/mlflow
began=$(date +%s%N)
$cairn up --home "$scratch/home" --port "$port" >"$scratch/server.log" 2>&1 & pids+=($!)
for _ in $(seq 500); do curl -s -o /dev/null "$url/health" && break; sleep 0.01; done
echo "start to first answer   $((($(date +%s%N) - began) / 1000000)) ms"
if [ -x $bench ]; then
    $bench constant-answer --port $((port + 1)) >>"$scratch/server.log" 2>&1 & pids+=($!)
    for _ in $(seq 100); do curl -s -o /dev/null "http://127.0.0.1:$((port + 1))/" && break; sleep 0.05; done
fi
memory() { awk '/VmRSS/ { printf "%.0f MB", $2 / 1024 }' "/proc/${pids[0]}/status"; }
sleep 2
echo "idle                    $(memory)"

post() { curl -fsS "$api/$1" -H 'Content-Type: application/json' -d "$2"; }
experiment=$(post experiments/create '{"name":"bench"}' | grep -o '[0-9]\+')
run=$(post runs/create "{\"experiment_id\":\"$experiment\"}" | sed 's/.*"run_id":"\([0-9a-f]*\)".*/\1/')
load() { wrk -t1 -c8 -d"${3:-$seconds}s" -s bench/mlflow.lua "$1" -- ${2:-none none} | tail -n 1; }
load "$url" "metric $run" 3 >/dev/null # compiles the code
for _ in $(seq "$rounds"); do
    [ ! -x $bench ] || load "http://127.0.0.1:$((port + 1))" >>"$scratch/constant"
    load "$url" "metric $run" >>"$scratch/metric"
    load "$url" "create $experiment" >>"$scratch/create"
    load "$url" "batch $run" >>"$scratch/batch"
done
median() { [ ! -s "$scratch/$1" ] || sort -n "$scratch/$1" | sed -n "$(((rounds + 1) / 2))p"; }
for kind in constant metric create batch; do printf '%-23s %s\n' "$kind" "$(median $kind)"; done
echo "after that              $(memory)"
python3 bench/mlflow.py "$url"
echo "after the searches      $(memory)"
