#!/usr/bin/env bash
# Mutated request bodies against the real server: no answer of 5xx, no crash, no error in its log.
# Usage: bench/torture/mutations.sh [COUNT] [SEED]    (1,000,000 to the predict endpoints and half as many to all others, a tenth to MLflow's calls; seed: of today)
# The tests send 10,000 with a fixed seed. A failure names seed and number, which make the body again.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/../.."
export CAIRN_MUTATIONS=${1:-1000000} CAIRN_SEED=${2:-$(date +%Y%m%d)}
dotnet build tests/Api -c Release -v quiet --nologo -clp:NoSummary
echo "mutations: $CAIRN_MUTATIONS, seed $CAIRN_SEED"
artifacts/bin/Cairn.Api.Tests/release/Cairn.Api.Tests -noLogo -noColor -class Cairn.Api.Tests.Faults.MutationTests
CAIRN_MUTATIONS=$((CAIRN_MUTATIONS / 10)) artifacts/bin/Cairn.Api.Tests/release/Cairn.Api.Tests -noLogo -noColor -class Cairn.Api.Tests.Mlflow.MlflowMutationTests
