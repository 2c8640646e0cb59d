#!/usr/bin/env bash
# Builds and runs all tests, starting what they need. Ends with "N passed, N failed"; fails when a test did, or when none ran.
set -euo pipefail
cd -- "$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en
export OMP_WAIT_POLICY=passive

say() { printf 'test: %s\n' "$*"; }
die() { say "$@" >&2; exit 1; }

command -v dotnet >/dev/null || die "dotnet is missing: install the .NET 10 SDK (https://dotnet.microsoft.com/download)."
command -v npm >/dev/null || die "npm is missing: install Node.js 20 or newer (https://nodejs.org)."

scratch=$(mktemp -d)
postgres_bin=
as_postgres=()
compiler=cairn-test-$$ # a name of its own, so that it alone is ended
end_compiler() {
    local process
    for process in $(grep -lsF "pipename:$compiler" /proc/[0-9]*/cmdline | cut -d / -f 3); do kill "$process" 2>/dev/null || true; done
}
stop() {
    end_compiler
    if [ -n "$postgres_bin" ] && [ -e "$scratch/pg/data/postmaster.pid" ]; then
        "${as_postgres[@]}" "$postgres_bin/pg_ctl" -D "$scratch/pg/data" -m immediate stop >/dev/null 2>&1 || true
    fi
    [ ! -e "$scratch/rabbitmq/pid" ] || eng/rabbitmq.sh kill "$scratch/rabbitmq" >/dev/null 2>&1 || true
    [ -z "${store:-}" ] || wait "$store" 2>/dev/null || true # what it still starts could not be ended
    [ ! -d "$scratch/s3" ] || eng/radosgw.sh stop "$scratch/s3" >/dev/null 2>&1 || true
    rm -rf "$scratch"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

packages=()
[ -e /usr/lib/x86_64-linux-gnu/libxgboost.so.0 ] || packages+=(libxgboost0)
[ -e /usr/lib/x86_64-linux-gnu/libsqlite3.so.0 ] || packages+=(libsqlite3-0)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || packages+=(postgresql)
[ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || packages+=(rabbitmq-server)
command -v strace >/dev/null || packages+=(strace)
for program in radosgw ceph-mon ceph-osd; do command -v $program >/dev/null || packages+=("$program"); done
command -v ceph >/dev/null || packages+=(ceph-common)
[ -x /usr/bin/chromium-headless-shell ] || packages+=(chromium-headless-shell)
if [ ${#packages[@]} -gt 0 ]; then
    line="apt-get update && apt-get install -y --no-install-recommends ${packages[*]}"
    [ "$(id -u)" = 0 ] || die "needs Debian packages. Run this as root, then start again:  $line"
    say "installing ${packages[*]} ..."
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"; } >"$scratch/apt.log" 2>&1 ||
        { tail -n 15 "$scratch/apt.log" >&2; die "could not install them. By hand:  $line"; }
fi

# A linked folder belongs to somebody else: npm ci would empty it.
if [ ! -L native/node_modules ] && ! cmp -s native/package-lock.json native/node_modules/.fetched; then
    say "fetching native libraries ..."
    (cd native && npm ci --ignore-scripts --silent)
    cp native/package-lock.json native/node_modules/.fetched
fi

eng/radosgw.sh start "$scratch/s3" >"$scratch/s3.address" 2>"$scratch/s3.log" & # takes twelve seconds, most of them waiting
store=$!
say "building ..."
# One compiler for all projects: if each started its own, half of the work would be to compile the analyzers again and again.
built=0
DOTNET_TieredPGO=0 dotnet build Cairn.slnx -c Release -v quiet --nologo -clp:NoSummary -nodeReuse:false \
    -p:UseRazorBuildServer=false -p:UseSharedCompilation=true -p:SharedCompilationId="$compiler" || built=$?
end_compiler
[ "$built" = 0 ] || die "the build failed (see above)."

# PostgreSQL refuses to run as root, so root lends it to the user the package made.
start_postgres() {
    postgres_bin=$(dirname "$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1)")
    mkdir "$scratch/pg"
    chmod 755 "$scratch"
    if [ "$(id -u)" = 0 ]; then
        as_postgres=(runuser -u postgres --)
        chown postgres "$scratch/pg"
    fi
    "${as_postgres[@]}" "$postgres_bin/initdb" -D "$scratch/pg/data" -U cairn -A trust -E UTF8 --locale=C.UTF-8 >"$scratch/initdb.log" 2>&1 || { cat "$scratch/initdb.log" >&2; die "initdb failed."; }
    # Without a port of its own: another PostgreSQL may be running.
    "${as_postgres[@]}" "$postgres_bin/pg_ctl" -D "$scratch/pg/data" -w -l "$scratch/pg/log" \
        -o "-c listen_addresses='' -c unix_socket_directories='$scratch/pg' -c max_connections=200" start >/dev/null || { cat "$scratch/pg/log" >&2; die "PostgreSQL did not start."; }
    export CAIRN_TEST_POSTGRES="Host=$scratch/pg;Username=cairn;Database=postgres"
}
say "starting PostgreSQL ..."
start_postgres
say "starting RabbitMQ ..."
CAIRN_TEST_RABBITMQ=$(eng/rabbitmq.sh start "$scratch/rabbitmq") || die "RabbitMQ did not start (see above)."
export CAIRN_TEST_RABBITMQ
wait "$store" || { cat "$scratch/s3.log" >&2; die "the S3 server did not start."; }
CAIRN_TEST_S3=$(cat "$scratch/s3.address")
export CAIRN_TEST_S3

passed=0 failed=0 skipped=0
for suite in Architecture Unit Api EndToEnd; do
    say "$suite"
    log=$scratch/$suite.log
    status=0
    # Much of their time is waiting: for commits, for servers. The end-to-end tests are processes that want both cores already.
    case $suite in Unit | Api) threads=(-maxThreads 2x) ;; *) threads=() ;; esac
    "artifacts/bin/Cairn.$suite.Tests/release/Cairn.$suite.Tests" -noColor -noLogo "${threads[@]}" "$@" 2>&1 | tee "$log" || status=$?
    # "Total: 14, Errors: 0, Failed: 1, Skipped: 0, Not Run: 0, Time: 0.251s"
    read -r total errors wrong left_out <<<"$(sed -n 's/.*Total: \([0-9]*\), Errors: \([0-9]*\), Failed: \([0-9]*\), Skipped: \([0-9]*\),.*/\1 \2 \3 \4/p' "$log" | tail -n 1)"
    if [ -z "${total:-}" ]; then
        say "$suite ended with status $status and no summary"
        total=0 errors=1 wrong=0 left_out=0
    elif [ "$status" != 0 ] && [ "$errors" = 0 ] && [ "$wrong" = 0 ]; then
        say "$suite ended with status $status though no test failed"
        errors=1
    fi
    passed=$((passed + total - wrong - left_out)) failed=$((failed + wrong + errors)) skipped=$((skipped + left_out))
done

[ "$skipped" = 0 ] || echo "$skipped skipped (each says why above)"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
