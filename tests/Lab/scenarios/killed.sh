# Killed in the middle of attaching or detaching, the next run completes it or undoes it: never a wrong device, a second one, or a remainder.
# A few points here; every point, both ways on, in long/killed.sh.
start_host
start_array
new_element db01 64MB
attach='Get-OscStorageElement -Name db01 | Connect-OscStorageElement | Out-Null'
detach='Get-OscStorageElement -Name db01 | Disconnect-OscStorageElement -Confirm:$false'
ledger=$XDG_STATE_HOME/storage-connect/host/attachments

# What can be seen of how far a run is, without starting a process.
some() { compgen -G "$1" >/dev/null; }
count() { local found=($1); [[ -e ${found[0]} ]] && echo "${#found[@]}" || echo 0; }
declare -A attach_points=(
    [noted]='some "$ledger/*.json"'
    [record]='some "/etc/iscsi/nodes/*/*/*"'
    [session]='some "/sys/class/iscsi_session/session*"'
    [sessions]='[[ $(count "/sys/class/iscsi_session/session*") == 2 ]]'
    [disk]='some "/sys/block/sd*"'
    [disks]='[[ $(count "/sys/block/sd*") == 2 ]]'
    [map]='[[ -e $map ]]'
)
declare -A detach_points=(
    [noted]='grep -qs Detaching "$ledger"/*.json'
    [map-gone]='[[ ! -e $map ]]'
    [disk-gone]='[[ $(count "/sys/block/sd*") != 2 ]]'
    [disks-gone]='! some "/sys/block/sd*"'
    [session-gone]='[[ $(count "/sys/class/iscsi_session/session*") != 2 ]]'
    [sessions-gone]='! some "/sys/class/iscsi_session/session*"'
)

# kill_when CONDITION COMMANDS: runs them in a process of their own, and kills it when the condition holds.
kill_when() {
    fresh "$2" >/dev/null 2>&1 &
    local victim=$! end=$((SECONDS + 60))
    until eval "$1"; do
        kill -0 "$victim" 2>/dev/null && ((SECONDS < end)) || { say '  (it was through before)'; break; }
    done
    pkill -KILL -P "$victim" 2>/dev/null || true # the subshell's child is pwsh
    kill -KILL "$victim" 2>/dev/null || true
    wait "$victim" 2>/dev/null || true
}

# Never more than one map, two disks and two sessions, and never another identity under them.
nothing_double() {
    udevadm settle
    local disk identity
    (($(maps | wc -l) <= 1 && $(disks | wc -l) <= 2 && $(sessions) <= 2)) || fail 'there is a second device'
    for disk in $(disks); do
        # An iscsiadm that outlived the kill may be logging out, and takes disks along.
        identity=$(cat "/sys/block/$disk/device/wwid" 2>/dev/null) || continue
        equal "naa.${wwid#3}" "$identity" "the identity of $disk"
    done
}
attached_well() {
    nothing_double
    wait_for_paths "$wwid" 2
    equal "$map 2 True" "$(osc 'Get-OscDevice | ForEach-Object { "$($_.Path) $($_.Paths.Count) $($_.Verified)" }')" 'the device'
}
detached_well() {
    nothing_left
    equal '' "$(osc '(Get-OscStorageElement -Name db01).AccessGroupNames')" 'the list of groups it is presented to'
    equal '' "$(ls "$ledger" 2>/dev/null || true)" 'what the ledger keeps'
}

for point in ${attach_at:-noted map}; do
    say "killed while attaching: $point; attached again"
    kill_when "${attach_points[$point]}" "$attach"
    nothing_double
    osc "$attach"
    attached_well
    osc "$detach"
    detached_well
    if [[ ${both-} ]]; then
        say "killed while attaching: $point; detached"
        kill_when "${attach_points[$point]}" "$attach"
        osc "$detach"
        detached_well
    fi
done
for point in ${detach_at:-map-gone}; do
    say "killed while detaching: $point; detached again"
    osc "$attach"
    kill_when "${detach_points[$point]}" "$detach"
    nothing_double
    osc "$detach"
    detached_well
    if [[ ${both-} ]]; then
        say "killed while detaching: $point; attached"
        osc "$attach"
        kill_when "${detach_points[$point]}" "$detach"
        osc "$attach"
        attached_well
        osc "$detach"
        detached_well
    fi
done
