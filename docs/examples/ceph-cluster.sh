#!/bin/bash
# A throw-away Ceph cluster for trying things out and for tests: one monitor, one OSD that keeps its data in memory, on request a manager, as plain
# processes of this user, everything in one folder. It is up in some two seconds. Not for data that anybody needs.
#
#   ceph-cluster.sh up <folder> [port]     MANAGER=1 starts a manager, POOL names the pool (rbd unless given)
#   ceph-cluster.sh down <folder>          stops exactly the processes that were started for this folder
#
# It needs the packages ceph-mon, ceph-osd, ceph-common and, for a manager, ceph-mgr.
set -eu
command=${1:?up or down}
folder=$(realpath -m "${2:?a folder}")

stop() {
    local file process
    for file in "$folder"/run/*.pid; do
        [ -s "$file" ] || continue
        process=$(cat "$file")
        # Another process may have the number by now.
        if tr '\0' ' ' < "/proc/$process/cmdline" 2>/dev/null | grep -qF "$folder/ceph.conf"; then
            kill -KILL "$process" 2>/dev/null || true
            kill -CONT "$process" 2>/dev/null || true
            while kill -0 "$process" 2>/dev/null && ! grep -q '^State:.Z' "/proc/$process/status" 2>/dev/null; do sleep .05; done
        fi
        rm -f "$file"
    done
}

case $command in
down)
    stop
    exit 0
    ;;
up) ;;
*)
    echo "up or down" >&2
    exit 2
    ;;
esac

port=${3:-16789}
port2=$((port + 1))
pool=${POOL:-rbd}
fsid=$(cat /proc/sys/kernel/random/uuid)
monitors="[v2:127.0.0.1:$port2,v1:127.0.0.1:$port]"
export CEPH_CONF="$folder/ceph.conf"
mkdir -p "$folder"/{mon,osd,mgr,run,log}
chmod 700 "$folder"
trap 'test $? = 0 || stop' EXIT

cat > "$CEPH_CONF" <<C
[global]
fsid = $fsid
mon_host = $monitors
public_network = 127.0.0.0/8
cluster_network = 127.0.0.0/8
keyring = $folder/keyring
run_dir = $folder/run
log_file = $folder/log/\$name.log
pid_file = $folder/run/\$name.pid
admin_socket = $folder/run/\$name.asok
crash_dir = $folder/log
auth_allow_insecure_global_id_reclaim = false
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_autoscale_mode = off
osd_pool_default_pg_num = 8
osd_crush_chooseleaf_type = 0
# One OSD alone never renews a lease for reads that ran out while it stood still: requests would wait for ever after 16 seconds.
osd_pool_default_read_lease_ratio = 60
mon_allow_pool_size_one = true
mon_allow_pool_delete = true
mon_warn_on_pool_no_redundancy = false
mon_max_pg_per_osd = 2000
mon_pg_warn_min_per_osd = 0
mon_osd_initial_require_min_compat_client = nautilus
mon_data_avail_crit = 1
mon_data_avail_warn = 2
paxos_propose_interval = 0.02
paxos_min_wait = 0.005
osd_objectstore = memstore
memstore_device_bytes = 68719476736
[mon]
mon_data = $folder/mon
[osd]
osd_data = $folder/osd
ms_bind_ipv6 = false
[mgr]
mgr_data = $folder/mgr
[client]
log_file =
admin_socket =
rados_osd_op_timeout = 10
rados_mon_op_timeout = 10
client_mount_timeout = 10
C

key() { ceph-authtool "$folder/keyring" --gen-key -n "$@" > /dev/null; }
ceph-authtool -C "$folder/keyring" --gen-key -n mon. --cap mon 'allow *' > /dev/null
chmod 600 "$folder/keyring"
key client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
key osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' --cap mgr 'allow profile osd'
key mgr.x --cap mon 'allow profile mgr' --cap osd 'allow *'
monmaptool --create --fsid "$fsid" --addv a "$monitors" "$folder/monmap" > /dev/null
ceph-mon --mkfs -i a --monmap "$folder/monmap" --keyring "$folder/keyring"
ceph-mon -c "$CEPH_CONF" -i a --public-addrv "$monitors"
osd=$(cat /proc/sys/kernel/random/uuid)
ceph --connect-timeout 20 osd new "$osd" > /dev/null
ceph-osd -i 0 --mkfs --osd-uuid "$osd" 2> /dev/null
ceph-osd -c "$CEPH_CONF" -i 0 2> /dev/null
if [ "${MANAGER:-0}" = 1 ]; then
    ceph-mgr -c "$CEPH_CONF" -i x
fi

for _ in $(seq 300); do
    if ceph osd stat 2> /dev/null | grep -q '1 up' && { [ "${MANAGER:-0}" = 0 ] || ceph mgr stat 2> /dev/null | grep -q '"available": true'; }; then
        ceph osd pool create "$pool" 8 > /dev/null 2>&1
        rbd pool init "$pool"
        exit 0
    fi
    sleep .1
done

echo "The OSD did not come up; see $folder/log." >&2
exit 1
