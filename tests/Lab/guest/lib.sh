# What scenarios share: the daemons of an initiator and of a target, without systemd, and a few ways of waiting and comparing.
# Sourced inside the guest; $LAB is tests/Lab, $RESULTS what comes back to the host.

iqn=iqn.2026-01.test.lab
portals=(127.0.0.1:3260 127.0.0.2:3260)
repository=$(cd "$LAB/../.." && pwd)

say() { echo "[$(cut -d' ' -f1 /proc/uptime)] $*"; }
fail() { echo "FAILED: $*"; exit 1; }

# wait_for SECONDS CONDITION: evaluates the condition until it holds.
wait_for() {
    local end=$((SECONDS + $1)); shift
    until eval "$*" >/dev/null 2>&1; do
        ((SECONDS < end)) || fail "waited in vain for: $*"
        sleep 0.1
    done
}

# equal EXPECTED ACTUAL WHAT
equal() { [[ $1 == "$2" ]] || fail "$3 is '$2', and should be '$1'"; }

# --- the host's side

start_udev() {
    /lib/systemd/systemd-udevd --daemon 2>"$RESULTS/udevd.log"
    udevadm trigger --type=subsystems --action=add
    udevadm trigger --type=devices --subsystem-match=block --subsystem-match=scsi --subsystem-match=net --action=add
    udevadm settle --timeout=60
}

start_iscsid() {
    cp "$LAB/guest/iscsid.conf" /etc/iscsi/
    echo "InitiatorName=$iqn:host" >/etc/iscsi/initiatorname.iscsi
    chmod 600 /etc/iscsi/initiatorname.iscsi
    iscsid -f >"$RESULTS/iscsid.log" 2>&1 &
    wait_for 20 "grep -q ISCSIADM_ABSTRACT_NAMESPACE /proc/net/unix"
}

start_multipathd() {
    cp "$LAB/guest/multipath.conf" /etc/multipath.conf
    multipathd -d -s >>"$RESULTS/multipathd.log" 2>&1 &
    wait_for 20 "multipathd show daemon | grep -qE 'idle|running'"
}

stop_multipathd() { multipathd shutdown >/dev/null; wait_for 20 '! pgrep -x multipathd'; }
stop_iscsid() { iscsiadm -k 0; wait_for 20 '! pgrep -x iscsid'; }

start_host() {
    modprobe -a scsi_mod sd_mod iscsi_tcp dm-mod dm-multipath dm-service-time
    start_udev
    start_iscsid
    start_multipathd
}

# --- the array's side: a target made by hand

start_tgtd() { # start_tgtd [PORTAL...]
    mkdir -p /run/tgtd
    local list=("$@"); [[ $# -gt 0 ]] || list=("${portals[@]}")
    list=("${list[@]/#/portal=}")
    tgtd -f --nr_iothreads 1 --iscsi "$(IFS=,; echo "${list[*]}")" >>"$RESULTS/tgtd.log" 2>&1 &
    wait_for 20 tgt --mode sys --op show
}

tgt() { tgtadm --lld iscsi "$@"; }

# new_target TID NAME: one that lets every initiator in.
new_target() {
    tgt --mode target --op new --tid "$1" --targetname "$2"
    tgt --mode target --op bind --tid "$1" --initiator-address ALL
}

# new_lun TID LUN FILE ID: ID is 32 hex digits beginning with 6; multipath's WWID is 3ID.
new_lun() {
    tgt --mode logicalunit --op new --tid "$1" --lun "$2" --backing-store "$3"
    tgt --mode logicalunit --op update --tid "$1" --lun "$2" --params "vendor_id=LAB,product_id=DISK,scsi_sn=${4: -16},scsi_id=$4"
}

# --- the product

# osc COMMANDS [ARGUMENT...]: runs them in a Shell of their own, stopping at the first error.
export XDG_CONFIG_HOME=/tmp/config XDG_STATE_HOME=/tmp/state XDG_DATA_HOME=/tmp/data
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
shell=$(ls -t "$repository"/src/StorageConnect.Shell/bin/*/net10.0/StorageConnect.Shell.dll | head -n 1)
osc() { dotnet "$shell" -Command "\$ErrorActionPreference = 'Stop'; $1"; }
