#!/usr/bin/env bash
# Batch scoring from Parquet to Parquet, beside pandas and XGBoost for Python, in one run. Usage: bench/batch.sh [ROWS]    (default: 1000000)
# Needs python3-xgboost and python3-pandas.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export OMP_WAIT_POLICY=passive
# As ./cairn publishes the program: with code compiled ahead of time.
dotnet publish bench/Cairn.Bench -c Release -r linux-x64 --no-self-contained -p:PublishReadyToRun=true -p:TieredPGO=false -o "$folder/bench" -v quiet --nologo -clp:NoSummary
uptime
"$folder/bench/Cairn.Bench" batch --folder "$folder" --rows "${1:-1000000}"
[ "${1:-1000000}" != 1000000 ] || /usr/bin/python3 bench/peers/batch_xgboost.py "$folder"
uptime
