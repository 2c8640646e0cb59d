#!/usr/bin/env bash
# A RabbitMQ server of one's own for tests: its files, node name, cookie and ports lie in one folder and disturb no other.
#   rabbitmq.sh start FOLDER   starts it, again with what it held before; prints its address
#   rabbitmq.sh stop FOLDER    ends it in an orderly way
#   rabbitmq.sh kill FOLDER    ends it at once
set -euo pipefail
usage() { sed -n '2,5s/^# \?//p' "$0" >&2; exit 2; }
[ $# = 2 ] || usage
folder=$(mkdir -p "$2" && cd "$2" && pwd)
bin=/usr/lib/rabbitmq/bin
[ -x $bin/rabbitmq-server ] || { echo "RabbitMQ is not installed: apt-get install rabbitmq-server" >&2; exit 1; }

# Below the ports that the system gives to outgoing connections: one of those would take it while the server is down.
free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
    echo "$port"
}

if [ ! -e "$folder/environment" ]; then
    cat >"$folder/environment" <<SET
export HOME=$folder
export RABBITMQ_NODENAME=cairn-$$@localhost
export RABBITMQ_MNESIA_BASE=$folder/mnesia RABBITMQ_LOG_BASE=$folder/log RABBITMQ_CONF_ENV_FILE=/dev/null
export RABBITMQ_CONFIG_FILE=$folder/rabbitmq.conf RABBITMQ_ENABLED_PLUGINS_FILE=$folder/plugins
export RABBITMQ_NODE_IP_ADDRESS=127.0.0.1 RABBITMQ_NODE_PORT=$(free_port) RABBITMQ_DIST_PORT=$(free_port)
export ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$(free_port)
export ERL_CRASH_DUMP=$folder/erl_crash.dump
SET
    echo 'disk_free_limit.absolute = 10MB' >"$folder/rabbitmq.conf"
    echo '[].' >"$folder/plugins"
fi
# shellcheck disable=SC1091
. "$folder/environment"

ended() { ! kill -0 "$1" 2>/dev/null; }
wait_until() { # seconds, command
    local left=$(($1 * 10)); shift
    until "$@"; do left=$((left - 1)); [ $left -gt 0 ] || return 1; sleep 0.1; done
}
silent() { ! answers; }
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$RABBITMQ_NODE_PORT") 2>/dev/null; }
finish() {
    [ -e "$folder/pid" ] || return 0
    local pid; pid=$(cat "$folder/pid")
    if [ "$1" = TERM ]; then
        kill -TERM "$pid" 2>/dev/null || true
        wait_until 30 ended "$pid" || true
    fi
    kill -KILL -- "-$pid" 2>/dev/null || true # the whole session: what was started is a script that waits for the server
    wait_until 10 silent || true
    rm -f "$folder/pid"
    epmd -port "$ERL_EPMD_PORT" -kill >/dev/null 2>&1 || true
}

case $1 in
start)
    answers && { echo "Port $RABBITMQ_NODE_PORT, which this server had, is taken; is it still running?" >&2; exit 1; }
    setsid $bin/rabbitmq-server >"$folder/out" 2>&1 </dev/null &
    echo $! >"$folder/pid"
    if ! wait_until 120 answers; then
        tail -n 30 "$folder/out" >&2
        finish KILL
        exit 1
    fi
    echo "amqp://guest:guest@127.0.0.1:$RABBITMQ_NODE_PORT"
    ;;
stop) finish TERM ;;
kill) finish KILL ;;
*) usage ;;
esac
