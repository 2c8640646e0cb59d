#!/usr/bin/env bash
# A real S3 server of one's own for tests: Ceph's gateway on a Ceph of one node that lives in memory. It disturbs no other.
#   radosgw.sh start FOLDER   starts it; prints http://KEY:SECRET@127.0.0.1:PORT
#   radosgw.sh stop FOLDER    ends it; what it held is gone
# It holds 2 GiB; CAIRN_S3_MEMORY=BYTES, more.
set -euo pipefail
usage() { sed -n '2,5s/^# \?//p' "$0" >&2; exit 2; }
[ $# = 2 ] || usage
folder=$(mkdir -p "$2" && cd "$2" && pwd)

# Below the ports that the system gives to outgoing connections: one of those would take it while the server is down.
free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)); (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do :; done
    echo "$port"
}
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
finish() { local pid; for pid in "$folder"/*.pid; do [ ! -e "$pid" ] || kill -KILL "$(cat "$pid")" 2>/dev/null || true; rm -f "$pid"; done; }

# It ends when it speaks before the monitor has told it about the cluster, and is then started again.
keep_osd() {
    [ ! -e osd.pid ] || ! kill -0 "$(cat osd.pid)" 2>/dev/null || return 0
    setsid ceph-osd -c ceph.conf -f -i 0 >>osd.out 2>&1 </dev/null & echo $! >osd.pid
}

start() {
    local program mon port cluster osd
    for program in ceph-mon ceph-osd radosgw radosgw-admin ceph; do
        command -v $program >/dev/null || { echo "$program is not installed: apt-get install radosgw ceph-mon ceph-osd" >&2; exit 1; }
    done
    mon=$(free_port) port=$(free_port) cluster=$(cat /proc/sys/kernel/random/uuid) osd=$(cat /proc/sys/kernel/random/uuid)
    mkdir -p "$folder"/{mon,osd,run,log}
    cat >"$folder/ceph.conf" <<CONF
[global]
fsid=$cluster
mon_host=v1:127.0.0.1:$mon
mon_initial_members=a
public_addr=127.0.0.1
cluster_addr=127.0.0.1
auth_cluster_required=none
auth_service_required=none
auth_client_required=none
osd_pool_default_size=1
osd_pool_default_min_size=1
osd_pool_default_pg_num=4
osd_pool_default_pg_autoscale_mode=off
mon_allow_pool_size_one=true
mon_max_pg_per_osd=1000
mon_data_avail_warn=1
mon_data_avail_crit=0
osd_objectstore=memstore
memstore_device_bytes=${CAIRN_S3_MEMORY:-2147483648}
osd_crush_chooseleaf_type=0
mon_data=$folder/mon
osd_data=$folder/osd
run_dir=$folder/run
admin_socket=$folder/run/\$name.asok
log_file=$folder/log/\$name.log
rgw_data=$folder/rgw
keyring=$folder/keyring
rgw_s3_auth_use_keystone=false
CONF
    export CEPH_CONF=$folder/ceph.conf
    cd "$folder"
    ceph-authtool --create-keyring keyring --gen-key -n mon. --cap mon 'allow *' >/dev/null
    ceph-authtool keyring --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' >/dev/null
    monmaptool --create --addv a "v1:127.0.0.1:$mon" --fsid "$cluster" monmap >/dev/null
    ceph-mon -c ceph.conf --mkfs -i a --monmap monmap --keyring keyring
    setsid ceph-mon -c ceph.conf -f -i a >mon.out 2>&1 </dev/null & echo $! >mon.pid
    local tries=30
    # A monitor that has just begun to listen refuses everybody for a moment ("EPERM: problem getting command descriptions").
    until timeout 60 ceph -c ceph.conf osd new "$osd" >/dev/null 2>ceph.out; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || { tail -n 20 ceph.out mon.out >&2; finish; exit 1; }
        sleep 1
    done
    ceph-osd -c ceph.conf -i 0 --mkfs --osd-uuid "$osd" >/dev/null 2>&1
    keep_osd
    setsid radosgw -c ceph.conf -f -n client.admin --rgw-frontends="beast endpoint=127.0.0.1:$port" >rgw.out 2>&1 </dev/null & echo $! >rgw.pid
    local left=600
    until answers "$port"; do keep_osd; left=$((left - 1)); [ $left -gt 0 ] || { tail -n 20 rgw.out mon.out osd.out >&2; finish; exit 1; }; sleep 0.1; done
    timeout 60 radosgw-admin -c ceph.conf -n client.admin user create --uid=test --display-name=test --access-key=cairn --secret-key=cairn-secret >user.json 2>>rgw.out
    timeout 60 radosgw-admin -c ceph.conf -n client.admin user create --uid=other --display-name=other --access-key=other --secret-key=other-secret >>user.json 2>>rgw.out
    echo "http://cairn:cairn-secret@127.0.0.1:$port"
}

case $1 in
start) start ;;
stop) finish ;;
*) usage ;;
esac
