#!/usr/bin/env bash
# Lighthouse over every page of a demo: scores, first paint and weight.
# Usage: bench/lighthouse.sh [ROUNDS]    (1). Needs Debian's chromium and Node.js; builds Cairn as ./cairn does.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."
rounds=${1:-1}
./cairn --version >/dev/null
cairn=$PWD/artifacts/cairn/cairn # as it is installed: with code compiled ahead of time
export OMP_WAIT_POLICY=passive MALLOC_ARENA_MAX=2
[ -d bench/lighthouse/node_modules ] || (cd bench/lighthouse && npm install --ignore-scripts --no-package-lock --silent)

home=$(mktemp -d)
server=
trap 'kill $server 2>/dev/null; wait 2>/dev/null; rm -rf "$home"' EXIT
"$cairn" demo --once --home "$home" >"$home/demo.log" 2>&1 || { cat "$home/demo.log" >&2; exit 1; }
"$cairn" up --home "$home" --port ${PORT:-18090} >"$home/up.log" 2>&1 &
server=$!
for _ in $(seq 300); do curl -fsS -o "$home/answer" http://127.0.0.1:${PORT:-18090}/health/ready 2>/dev/null && break; sleep 0.1; done
api=http://127.0.0.1:${PORT:-18090}/api/v1
first() { curl -fsS "$api/$1" | node -e 'console.log(JSON.parse(require("fs").readFileSync(0)).items[0][process.argv[1]])' "$2"; }
row=$(curl -fsS $api/deployments/churn | node -e '
// The middle of every range and the first category: a row the contract allows.
const row = {};
for (const f of JSON.parse(require("fs").readFileSync(0)).inputs)
  row[f.name] = f.categories?.[0] ?? (f.type === "boolean" ? true : f.type === "integer" ? Math.trunc(((f.min ?? 0) + (f.max ?? 1)) / 2) : ((f.min ?? 0) + (f.max ?? 1)) / 2);
console.log(JSON.stringify(row))')
prediction=$(curl -fsS -H 'Content-Type: application/json' -d "$row" $api/predict | node -e 'console.log(JSON.parse(require("fs").readFileSync(0)).prediction_id)')
run=$(first runs run_id) flow=$(first flow-runs flow_run_id) two=$(curl -fsS "$api/runs?limit=2" | node -e 'console.log(JSON.parse(require("fs").readFileSync(0)).items.map(r => r.run_id).join(","))')
node bench/lighthouse/pages.mjs http://127.0.0.1:${PORT:-18090} "$rounds" / /runs "/runs/$run" "/runs/$run/curves" "/runs/compare?ids=$two" /models /models/churn /models/churn/versions/1 /datasets /datasets/churn \
    /projects /projects/churn /flow-runs "/flow-runs/$flow" /deployments /deployments/churn /deployments/churn/predictions /predictions "/predictions/$prediction" /predict/churn /predict/churn/batch /search?q=churn /system /system/storage /system/audit /system/about
