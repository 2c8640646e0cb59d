#!/usr/bin/env bash
# A large file by MLflow's protocol: up whole, up in parts, down whole, down in four ranges at once; seconds, and the most memory that the server
# had meanwhile. Usage: bench/artifacts.sh [GB [s3]]. Needs curl, python3, and four times GB of disk where TMPDIR is. With s3 the blobs are in the
# store that CAIRN_TEST_S3 names, http://KEY:SECRET@host:port, as eng/radosgw.sh start prints it (which has 2 GiB for all; CAIRN_S3_MEMORY=15000000000 for 5 GB).
set -euo pipefail
gb=${1:-5} port=${PORT:-18161}
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")/.."
cairn=artifacts/bin/Cairn.Cli/release/cairn
[ -x $cairn ] || { echo "build first: dotnet build Cairn.slnx -c Release" >&2; exit 1; }

scratch=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; wait 2>/dev/null; rm -rf "$scratch"' EXIT
bytes=$((gb << 30))
head -c $bytes /dev/urandom >"$scratch/file"
digest=$(sha256sum <"$scratch/file")
url=http://127.0.0.1:$port blobs=()
if [ "${2:-}" = s3 ]; then
    user=${CAIRN_TEST_S3#*://} user=${user%@*}
    export CAIRN_S3_ENDPOINT=${CAIRN_TEST_S3%%://*}://${CAIRN_TEST_S3#*@} CAIRN_S3_ACCESS_KEY=${user%%:*} CAIRN_S3_SECRET_KEY=${user#*:}
    bucket=bench-$(date +%s)
    curl -fsS -o /dev/null --aws-sigv4 aws:amz:us-east-1:s3 --user "$user" -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' -X PUT "$CAIRN_S3_ENDPOINT/$bucket"
    blobs=(--blobs "s3://$bucket/home")
fi
$cairn up "${blobs[@]}" --home "$scratch/home" --port "$port" >"$scratch/server.log" 2>&1 & pid=$!
for _ in $(seq 500); do curl -s -o /dev/null "$url/health" && break; sleep 0.01; done
run=$(curl -fsS "$url/api/2.0/mlflow/runs/create" -H 'Content-Type: application/json' -d '{"experiment_id":"0"}' | sed 's/.*"run_id":"\([0-9a-f]*\)".*/\1/')
proxy=$url/api/2.0/mlflow-artifacts/artifacts/0/$run/artifacts

peak() { awk '/VmHWM/ { printf "%.0f", $2 / 1024 }' "/proc/$pid/status"; }
measure() { # the peak begins anew with each
    local name=$1 began
    shift
    echo 5 >"/proc/$pid/clear_refs"
    began=$(date +%s%N)
    "$@"
    awk -v name="$name" -v ns=$(($(date +%s%N) - began)) -v bytes=$bytes -v peak="$(peak)" 'BEGIN { printf "%-28s %7.1f s  %6.0f MB/s  at most %s MB\n", name, ns / 1e9, bytes / 1e6 / (ns / 1e9), peak }'
}
same() { [ "$(sha256sum <"$1")" = "$digest" ] || { echo "$1 is not what was sent" >&2; exit 1; }; rm "$1"; }
ranges() {
    local part waiting=()
    for part in 0 1 2 3; do
        curl -fsS -r $((part * bytes / 4))-$(((part + 1) * bytes / 4 - 1)) -o "$scratch/range$part" "$proxy/parts" & waiting+=($!)
    done
    wait "${waiting[@]}"
}
sleep 2
echo "$gb GiB${bucket:+ in S3}; idle $(peak) MB"
measure "up, whole" curl -fsS -o /dev/null -T "$scratch/file" "$proxy/whole"
curl -fsS -o /dev/null -X DELETE "$proxy/whole"
measure "up, in parts of 10 MiB" python3 bench/artifacts.py "$url" "$run" "$scratch/file" parts
[ -z "$(ls "$scratch/home/uploads")" ] || { echo "parts were left over" >&2; exit 1; }
measure "down, whole" curl -fsS -o "$scratch/down" "$proxy/parts"
same "$scratch/down"
measure "down, four ranges at once" ranges
cat "$scratch"/range[0-3] >"$scratch/down"
same "$scratch/down"
