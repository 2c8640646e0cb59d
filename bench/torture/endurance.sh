#!/usr/bin/env bash
# A thousand predictions a second, logged and durable, for half an hour: errors, latency, and the memory of the server each minute.
# Usage: bench/torture/endurance.sh TELCO_CSV [MINUTES]. Needs hey (Debian) and a Release build of src/Cairn.Cli.
set -euo pipefail
csv=$(realpath "${1:?the telco CSV}") minutes=${2:-30}
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/../.."
command -v hey >/dev/null || { echo "hey is missing: apt-get install hey" >&2; exit 1; }
cairn=artifacts/bin/Cairn.Cli/release/cairn
export OMP_WAIT_POLICY=passive MALLOC_ARENA_MAX=2

scratch=$(mktemp -d)
server=
trap 'kill $server 2>/dev/null; wait 2>/dev/null; rm -rf "$scratch"' EXIT
$cairn demo --once --home "$scratch/home" --data "$csv" >"$scratch/demo.log"
$cairn up --home "$scratch/home" --port 18110 >"$scratch/server.log" 2>&1 &
server=$!
for _ in $(seq 100); do curl -s -o "$scratch/answer" http://127.0.0.1:18110/health/ready && break; sleep 0.1; done
sed -n "s/^wrk.body = '\(.*\)'$/\1/p" bench/predict.lua >"$scratch/body.json"
predict=http://127.0.0.1:18110/api/v1/deployments/telco-churn/predict
hey -z 5s -c 16 -m POST -T application/json -D "$scratch/body.json" $predict >"$scratch/warm"

hey -z "${minutes}m" -c 16 -q 62.5 -m POST -T application/json -D "$scratch/body.json" $predict >"$scratch/hey" &
load=$!
for minute in $(seq 0 "$minutes"); do
    printf 'minute %2d: %s MB\n' "$minute" "$(awk '/VmRSS/ { printf "%.0f", $2 / 1024 }' /proc/$server/status)"
    [ "$minute" = "$minutes" ] || sleep 60
done
wait $load
grep -E 'Requests/sec|Slowest|50%|90%|95%|99%|\[[0-9]+\]|rror' "$scratch/hey"
