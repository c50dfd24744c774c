# A portal dies while the kernel asks a new disk who it is: the disk is there, and shows no page 0x83, also after a rescan. It isn't the wrong disk: the attach
# ends with the other path, and the next one, when the portal is back, with both.
start_host
start_array
new_element db01 64MB
osc '$element = Get-OscStorageElement -Name db01
     $element | Connect-OscStorageElement | Out-Null
     $element | Disconnect-OscStorageElement -KeepAccess -Confirm:$false'

# The sessions stay for all attaches: so it is known where the next scan will be.
for portal in "${portals[@]}"; do iscsiadm -m discovery -t sendtargets -p "$portal"; done
iscsiadm -m node -o update -n node.session.scan -v manual
iscsiadm -m node --login
portal_down "${portals[1]}"; portal_up "${portals[1]}" # prepares the rules

session=$(grep -lx "${portals[1]%:*}" /sys/class/iscsi_connection/connection*/persistent_address | sed -E 's/.*connection([0-9]+):0.*/session\1/')
host=$(readlink -f "/sys/class/iscsi_session/$session" | sed -E 's#.*/host([0-9]+)/.*#\1#')

lost=0
for milliseconds in 0.5 1.2 0.8 0.2 1.5 1.0 2.0 0.4 2.5 1.8 3.0 0.6; do
    say "connect, and the portal dies $milliseconds ms after the scan's beginning"
    mkfifo /tmp/loss
    /usr/bin/python3 "$LAB/guest/lose-at-scan.py" "$host" "${portals[1]%:*}" "$milliseconds" 1 >/tmp/loss & loss=$!
    exec {answers}</tmp/loss
    read -r -u "$answers" answer
    osc '$device = $element | Connect-OscStorageElement -WarningAction SilentlyContinue
         if (-not $device.Verified -or -not $device.Multipath) { throw "it is not a verified map" }'
    read -r -u "$answers" answer
    wait $loss
    exec {answers}<&-
    rm /tmp/loss
    say "the disk's identity was $answer"
    portal_up "${portals[1]}"
    wait_for 60 "[[ \$(cat /sys/class/iscsi_session/$session/state) == LOGGED_IN ]]"
    osc '$device = $element | Connect-OscStorageElement
         if (-not $device.Verified -or $device.Paths.Count -ne 2) { throw "there are not two verified paths" }
         $element | Disconnect-OscStorageElement -KeepAccess -Confirm:$false'
    if [[ $answer == lost ]] && ((++lost == 2)); then break; fi
done
((lost > 0)) || fail 'the portal never died at the right moment'

osc '$element | Disconnect-OscStorageElement -Confirm:$false'
iscsiadm -m node --logout
iscsiadm -m node -o delete
nothing_left
