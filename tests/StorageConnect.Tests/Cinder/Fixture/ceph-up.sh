#!/bin/bash
# Throw-away Ceph: 1 mon + 1 OSD (memstore or BlueStore on a file), optional mgr; plain processes, everything under $D.
# D=/dir PORT=6789 MGR=0|1 OBJ=memstore|bluestore ./ceph-up.sh      stop: ceph-down.sh
set -eu
D=${D:?}; PORT=${PORT:-6789}; MGR=${MGR:-0}; OBJ=${OBJ:-memstore}; POOL=${POOL:-rbd}
V1=$PORT; V2=$((PORT-489)); FSID=$(cat /proc/sys/kernel/random/uuid)
mkdir -p $D/mon $D/osd $D/mgr $D/run $D/log
cat > $D/ceph.conf <<C
[global]
fsid = $FSID
mon_host = [v2:127.0.0.1:$V2,v1:127.0.0.1:$V1]
public_network = 127.0.0.0/8
cluster_network = 127.0.0.0/8
keyring = $D/keyring
run_dir = $D/run
log_file = $D/log/\$name.log
pid_file = $D/run/\$name.pid
admin_socket = $D/run/\$name.asok
auth_allow_insecure_global_id_reclaim = false
osd_pool_default_size = 1
osd_pool_default_min_size = 1
mon_allow_pool_size_one = true
mon_allow_pool_delete = true
mon_warn_on_pool_no_redundancy = false
osd_crush_chooseleaf_type = 0
osd_pool_default_pg_autoscale_mode = off
osd_pool_default_pg_num = 8
mon_osd_initial_require_min_compat_client = nautilus
mon_data_avail_crit = 1
mon_data_avail_warn = 2
paxos_propose_interval = 0.02
paxos_min_wait = 0.005
osd_objectstore = $OBJ
memstore_device_bytes = 68719476736
bluestore_block_create = true
bluestore_block_size = 8589934592
bluestore_cache_size = 67108864
bluestore_cache_autotune = false
mon_pg_warn_min_per_osd = 0
[mon]
mon_data = $D/mon
[osd]
osd_data = $D/osd
ms_bind_ipv6 = false
[mgr]
mgr_data = $D/mgr
[client]
log_file =
admin_socket =
rbd_default_clone_format = 2
rados_osd_op_timeout = 60
rados_mon_op_timeout = 60
client_mount_timeout = 60
C
C="-c $D/ceph.conf"
ceph-authtool -C $D/keyring --gen-key -n mon. --cap mon 'allow *' >/dev/null
ceph-authtool $D/keyring --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' >/dev/null
ceph-authtool $D/keyring --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' --cap mgr 'allow profile osd' >/dev/null
ceph-authtool $D/keyring --gen-key -n mgr.x --cap mon 'allow profile mgr' --cap osd 'allow *' >/dev/null
monmaptool --create --fsid $FSID --addv a "[v2:127.0.0.1:$V2,v1:127.0.0.1:$V1]" $D/monmap >/dev/null
ceph-mon $C --mkfs -i a --monmap $D/monmap --keyring $D/keyring
ceph-mon $C -i a --public-addrv "[v2:127.0.0.1:$V2,v1:127.0.0.1:$V1]"
OU=$(cat /proc/sys/kernel/random/uuid)
ceph $C --connect-timeout 20 osd new $OU >/dev/null
ceph-osd $C -i 0 --mkfs --osd-uuid $OU 2>/dev/null
ceph-osd $C -i 0
[ $MGR = 1 ] && ceph-mgr $C -i x
for i in $(seq 200); do ceph $C osd stat 2>/dev/null | grep -q '1 up' && break; sleep .1; done
ceph $C osd pool create $POOL 8 >/dev/null 2>&1
rbd $C pool init $POOL
