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
    setsid iscsid -f >"$RESULTS/iscsid.log" 2>&1 &
    wait_for 60 "grep -q ISCSIADM_ABSTRACT_NAMESPACE /proc/net/unix"
}

start_multipathd() {
    cp "$LAB/guest/multipath.conf" /etc/multipath.conf
    setsid multipathd -d -s >>"$RESULTS/multipathd.log" 2>&1 &
    wait_for 60 "multipathd show daemon | grep -qE 'idle|running'"
}

stop_multipathd() { multipathd shutdown >/dev/null; wait_for 60 '! pgrep -x multipathd'; }
stop_iscsid() { iscsiadm -k 0; wait_for 60 '! pgrep -x iscsid'; }

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
    setsid tgtd -f --nr_iothreads 1 --iscsi "$(IFS=,; echo "${list[*]}")" >>"$RESULTS/tgtd.log" 2>&1 &
    wait_for 60 tgt --mode sys --op show
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

export XDG_CONFIG_HOME=/tmp/config XDG_STATE_HOME=/tmp/state XDG_DATA_HOME=/tmp/data
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 POWERSHELL_TELEMETRY_OPTOUT=1 POWERSHELL_UPDATECHECK=Off NO_COLOR=1
module=$repository/out/StorageConnect/StorageConnect.psd1
pwsh=(dotnet "$(<"$RESULTS/pwsh")" -NoLogo -NoProfile -NonInteractive)

# fresh COMMANDS: runs them in a pwsh of their own, stopping at the first error.
fresh() { "${pwsh[@]}" -Command "\$ErrorActionPreference = 'Stop'; Import-Module '$module'; $1" </dev/null; }

# osc COMMANDS: the same in one pwsh that stays for the whole scenario, which saves some seconds each time.
osc() {
    if [[ ! -v session_in ]]; then
        mkfifo /tmp/session.in /tmp/session.out
        "${pwsh[@]}" -File "$LAB/guest/session.ps1" -Module "$module" </tmp/session.in >/tmp/session.out 2>&1 &
        exec {session_in}>/tmp/session.in {session_out}</tmp/session.out
    fi
    printf '%s\n' "$1" >/tmp/session.ps1
    echo /tmp/session.ps1 >&"$session_in"
    local line
    while read -r -u "$session_out" line; do
        case $line in
            '--- '?) return "${line#--- }" ;;
            *) printf '%s\n' "$line" ;;
        esac
    done
    fail 'pwsh ended'
}

# refused ID COMMANDS: they must end in the error of that id; what is said goes to /tmp/refusal.
refused() {
    local id=$1; shift
    if osc "$@" >/tmp/refusal; then fail "should have been refused with $id: $*"; fi
    cat /tmp/refusal
    grep -q "^$id" /tmp/refusal || fail "should have been refused with $id: $*"
}

# contexts [USER SECRET]: both portals, as PowerShell; with CHAP when a user is given.
contexts() {
    echo "'127.0.0.1', '127.0.0.2' | ForEach-Object { New-OscAccessContext -HostName \$_ ${1:+-ChapCredential (Credential '$1' '$2')} }"
}

# start_array [USER SECRET]: a Local array that serves over both portals, registered as "lab".
start_array() {
    start_tgtd
    mkdir /tmp/pool
    osc "Register-OscStorageServer -Name lab -Plugin Local -StorageType iSCSI -AccessContext ($(contexts "$@")) -SaveCredential \`
             -ExtraInfo 'Pool=/tmp/pool;Portals=${portals[0]},${portals[1]}' | Out-Null
         New-OscAccessGroup -Name host -Initiator (Get-OscInitiator).Iqn | Out-Null"
}

# register_by_hand [USER SECRET]: what tgtd serves without an array, registered as "hand".
register_by_hand() { osc "Register-OscStorageServer -Name hand -Plugin GenericIscsi -StorageType iSCSI -AccessContext ($(contexts "$@")) | Out-Null"; }

# new_element NAME SIZE: makes an element; its WWID goes to $wwid, its map's path to $map.
new_element() {
    wwid=$(osc "(New-OscStorageElement -Name '$1' -Size $2).Page83Id")
    map=/dev/mapper/$wwid
}

# What of a WWID, or of anything at all, this host has left.
sessions() { (iscsiadm -m session 2>/dev/null || true) | wc -l; }
records() { (iscsiadm -m node 2>/dev/null || true) | wc -l; }
disks() { for disk in /sys/block/sd*; do [[ ! -e $disk ]] || echo "${disk##*/}"; done; }
maps() { for map_file in /dev/mapper/*; do [[ $map_file == */control ]] || echo "${map_file##*/}"; done; }
links() { find /dev/disk -type l -lname "*/sd*" -o -type l -lname "*/dm-*" 2>/dev/null || true; }

nothing_left() {
    udevadm settle
    equal 0 "$(sessions)" 'the number of sessions left'
    equal 0 "$(records)" 'the number of node records left'
    equal '' "$(disks)" 'the list of SCSI disks left'
    equal '' "$(maps)" 'the list of maps left'
    equal '' "$(links)" 'the list of links left'
}

paths_up() { multipathd show paths raw format '%w %t' | grep -c "^$1 active" || true; }
# multipathd checks a path some time after it has added it, and adds one anew after a late event of its name.
wait_for_paths() { wait_for 30 "[[ \$(paths_up '$1') == $2 ]]"; } # wait_for_paths WWID NUMBER

# The network as a fault: what goes to or comes from a portal is lost without a word, as when a switch dies.
portal_down() {
    if ip rule show pref 0 | grep -q local; then
        ip rule add pref 10 lookup local
        ip rule del pref 0
    fi
    ip rule add pref 1 to "${1%:*}" blackhole
}
portal_up() { ip rule del pref 1 to "${1%:*}" blackhole; }
