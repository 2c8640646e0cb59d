#!/usr/bin/env bash
# One prediction at a time over HTTP, sixteen connections: FastAPI + scikit-learn (two processes), a constant answer from Kestrel, and
# Cairn with its log off and on, one after the other, several rounds in one run; medians of the rounds.
# Usage: bench/predict.sh TELCO_CSV [ROUNDS [SECONDS]]. Needs wrk, python3-fastapi, python3-uvicorn, python3-sklearn, python3-pandas.
set -euo pipefail
csv=$(realpath "${1:?the telco CSV}") rounds=${2:-3} seconds=${3:-6}
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."
command -v wrk >/dev/null || { echo "wrk is missing: apt-get install wrk" >&2; exit 1; }
cairn=artifacts/bin/Cairn.Cli/release/cairn bench=artifacts/bin/Cairn.Bench/release/Cairn.Bench
[ -x $cairn ] && [ -x $bench ] || { echo "build first: dotnet build Cairn.slnx -c Release" >&2; exit 1; }
export OMP_WAIT_POLICY=passive MALLOC_ARENA_MAX=2

scratch=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2>/dev/null; wait 2>/dev/null; rm -rf "$scratch"' EXIT
python=$([ -x /usr/bin/python3 ] && echo /usr/bin/python3 || echo python3)

$python bench/peers/fastapi_churn/train.py "$csv" "$scratch"
$cairn demo --once --home "$scratch/home" --data "$csv" >"$scratch/demo.log"
grep -E '^Model' "$scratch/demo.log"

up() { "$@" >>"$scratch/server.log" 2>&1 & pids+=($!); }
answers() { for _ in $(seq 200); do curl -s -o "$scratch/answer" "$1" && return; sleep 0.1; done; echo "nothing answers at $1" >&2; exit 1; }
(cd bench/peers/fastapi_churn && MODEL=$scratch/lr.pkl exec $python -m uvicorn app:app --port 18101 --log-level warning) >>"$scratch/server.log" 2>&1 & pids+=($!)
(cd bench/peers/fastapi_churn && MODEL=$scratch/lr.pkl exec $python -m uvicorn app:app --port 18102 --log-level warning) >>"$scratch/server.log" 2>&1 & pids+=($!)
up $bench constant-answer --port 18103
up $cairn up --home "$scratch/home" --port 18104
for port in 18101/docs 18102/docs 18103/ 18104/health/live; do answers "http://127.0.0.1:$port"; done
deployment=http://127.0.0.1:18104/api/v1/deployments/telco-churn

load() { wrk -t1 -c"$2" -d"${3:-$seconds}s" "$1" -s bench/predict.lua | tail -n 1; }
log() { curl -fsS -o "$scratch/answer" -X PATCH -H 'Content-Type: application/json' -d "{\"log\":{\"sample\":$1}}" $deployment; }
load $deployment/predict 16 5 >/dev/null # compiles the code
for round in $(seq "$rounds"); do
    load http://127.0.0.1:18101/predict 8 >"$scratch/first" &
    other=$!
    load http://127.0.0.1:18102/predict 8 >"$scratch/second"
    wait $other
    cat "$scratch/first" "$scratch/second" | awk '{ rate += $1; if ($4 > p50) p50 = $4; if ($7 > p99) p99 = $7; errors += $10 } END { printf "%8.0f req/s   p50 %7.3f ms   p99 %7.3f ms   errors %d\n", rate, p50, p99, errors }' >>"$scratch/fastapi"
    load http://127.0.0.1:18103/ 16 >>"$scratch/constant"
    log 0; load $deployment/predict 16 >>"$scratch/off"
    log 1; load $deployment/predict 16 >>"$scratch/on"
done

median() { sort -n "$scratch/$1" | sed -n "$(((rounds + 1) / 2))p"; }
printf 'FastAPI, two processes  %s\n' "$(median fastapi)"
printf 'constant from Kestrel   %s\n' "$(median constant)"
printf 'Cairn, log off          %s\n' "$(median off)"
printf 'Cairn, log on           %s\n' "$(median on)"
awk -v f="$(median fastapi)" -v c="$(median constant)" -v off="$(median off)" -v on="$(median on)" \
    'BEGIN { split(f, a); split(c, b); split(off, d); split(on, e); printf "log off / constant: %.2f   log on / FastAPI: %.1f\n", d[1] / b[1], e[1] / a[1] }'
