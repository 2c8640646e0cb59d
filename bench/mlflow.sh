#!/usr/bin/env bash
# MLflow's protocol: single metrics, new runs and batches of 1,000 metrics from eight connections; searches of 10,000 runs and a
# history of 100,000 points; the client's own ceiling beside them. Usage: bench/mlflow.sh [ROUNDS [SECONDS]]. Needs wrk and python3.
# PEER_URL=http://127.0.0.1:5000 measures another server of the protocol beside Cairn, turn by turn; PEER_PID its memory, that of all its children with it. RUNS=1000 searches fewer runs;
# PEER_TURNS=5 asks the other each search and history no more often than that.
# POSTGRES="Host=…;Username=…;Database=…" stores in an empty database of PostgreSQL instead of SQLite; the database server shares the machine, and its memory is not told.
set -euo pipefail
rounds=${1:-3} seconds=${2:-6} port=${PORT:-18151}
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."
command -v wrk >/dev/null || { echo "wrk is missing: apt-get install wrk" >&2; exit 1; }
cairn=artifacts/bin/Cairn.Cli/release/cairn bench=artifacts/bin/Cairn.Bench/release/Cairn.Bench
[ -x $cairn ] || { echo "build first: dotnet build Cairn.slnx -c Release" >&2; exit 1; }

scratch=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$scratch"' EXIT
url=http://127.0.0.1:$port
[ -z "${POSTGRES:-}" ] || export CAIRN_POSTGRES=$POSTGRES
began=$(date +%s%N)
$cairn up --home "$scratch/home" --port "$port" >"$scratch/server.log" 2>&1 & pids+=($!)
for _ in $(seq 500); do curl -s -o /dev/null "$url/health" && break; sleep 0.01; done
echo "start to first answer   $((($(date +%s%N) - began) / 1000000)) ms"
if [ -x $bench ]; then
    $bench constant-answer --port $((port + 1)) >>"$scratch/server.log" 2>&1 & pids+=($!)
    for _ in $(seq 100); do curl -s -o /dev/null "http://127.0.0.1:$((port + 1))/" && break; sleep 0.05; done
fi
tree() { echo "$1"; for child in $(pgrep -P "$1"); do tree "$child"; done; }
memory() { awk '/VmRSS/ { sum += $2 } END { printf "%.0f MB", sum / 1024 }' $(tree "$1" | sed 's|.*|/proc/&/status|'); }
peer=${PEER_URL:-}
memories() { echo "$1$(memory "${pids[0]}")${PEER_PID:+   peer $(memory "$PEER_PID")}"; }
sleep 2
memories "idle                    "

post() { curl -fsS "$1/api/2.0/mlflow/$2" -H 'Content-Type: application/json' -d "$3"; }
new_experiment() { post "$1" experiments/create "{\"name\":\"bench-$(date +%s%N)\"}" | tr -d ' \n' | sed 's/.*"experiment_id":"\([0-9]*\)".*/\1/'; }
new_run() { post "$1" runs/create "{\"experiment_id\":\"$2\",\"start_time\":$(date +%s%3N)}" | tr -d ' \n' | sed 's/.*"run_id":"\([0-9a-f]*\)".*/\1/'; }
experiment=$(new_experiment "$url")
run=$(new_run "$url" "$experiment")
[ -z "$peer" ] || { peer_experiment=$(new_experiment "$peer"); peer_run=$(new_run "$peer" "$peer_experiment"); }
ticks() { local sum=0 pid of; for pid in $(tree "$PEER_PID"); do of=($(sed 's/.*) //' "/proc/$pid/stat")); sum=$((sum + of[11] + of[12])); done; echo $sum; }
# What the peer still works on when its turn is over must not take from the next.
settle() {
    [ -n "${PEER_PID:-}" ] || return 0
    local before=0 now
    now=$(ticks)
    until [ $((now - before)) -lt 20 ]; do before=$now; sleep 2; now=$(ticks); done
}
load() { wrk -t1 -c8 -d"${3:-$seconds}s" --timeout 60s -s bench/mlflow.lua "$1" -- ${2:-none none} | tail -n 1; }
load "$url" "metric $run" 3 >/dev/null # compiles the code
[ -z "$peer" ] || load "$peer" "metric $peer_run" 3 >/dev/null
for _ in $(seq "$rounds"); do
    [ ! -x $bench ] || load "http://127.0.0.1:$((port + 1))" >>"$scratch/constant"
    load "$url" "metric $run" >>"$scratch/metric"
    load "$url" "create $experiment" >>"$scratch/create"
    load "$url" "batch $run" >>"$scratch/batch"
    [ -n "$peer" ] || continue
    load "$peer" "metric $peer_run" >>"$scratch/peer-metric"
    load "$peer" "create $peer_experiment" >>"$scratch/peer-create"
    load "$peer" "batch $peer_run" $((seconds * 4)) >>"$scratch/peer-batch"
    settle
done
median() { [ ! -s "$scratch/$1" ] || sort -n "$scratch/$1" | sed -n "$(((rounds + 1) / 2))p"; }
for kind in constant metric create batch ${peer:+peer-metric peer-create peer-batch}; do printf '%-23s %s\n' "$kind" "$(median $kind)"; done
memories "after that              "
python3 bench/mlflow.py "$url" "${RUNS:-10000}"
[ -z "$peer" ] || { echo "the peer:"; python3 bench/mlflow.py "$peer" "${RUNS:-10000}" ${PEER_TURNS:-}; }
memories "after the searches      "
