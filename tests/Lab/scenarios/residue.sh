# What others left behind on the host, by hand and with the bare tools: found, named, left alone in its grace period and under -WhatIf, then
# cleared, while what is in use stays.
start_host
start_array
kinds() { udevadm settle; osc "(Get-OscHostResidue $* | ForEach-Object { \"\$(\$_.Kind)\" }) -join ' '"; }
clear() { osc "Clear-OscHostResidue -GracePeriod 0 -Confirm:\$false $*"; udevadm settle; }
connect() { osc "Get-OscStorageElement -Name $1 | Connect-OscStorageElement | Out-Null"; }

say 'a clean host, and one with a LUN in use'
equal '' "$(kinds)" 'the list of residue'
new_element db01 64MB
connect db01
equal '' "$(kinds)" 'the list of residue'

say 'logged out by hand: a map without paths, and records of sessions that are no more'
exec 9<"$map" # in use, so that multipathd keeps it
for session in /sys/class/iscsi_session/session*; do iscsiadm -m session -r "${session##*session}" --logout >/dev/null; done
wait_for 30 '[[ $(multipathd show paths raw format %d) == ok ]]' # which is all it says of no paths
exec 9<&-
mkdir /tmp/mounted
found=$(kinds)
[[ $found == *OrphanRecord*OrphanRecord*EmptyMap* ]] || fail "residue is '$found'"
osc 'Clear-OscHostResidue -Confirm:$false'
osc 'Clear-OscHostResidue -GracePeriod 0 -WhatIf'
equal "$found" "$(kinds)" 'the list of residue after a clearing that was to do nothing'
clear
equal '' "$(maps)" 'the list of maps'
equal 0 "$(records)" 'the number of records'
equal PresentedUnseen "$(kinds)" 'the list of residue'
connect db01
equal '' "$(kinds)" 'the list of residue'

say 'a session that leads nowhere, and a link that does'
new_target 90 "$iqn:nothing"
iscsiadm -m node -T "$iqn:nothing" -p "${portals[0]}" -o new >/dev/null
iscsiadm -m node -T "$iqn:nothing" -p "${portals[0]}" --login >/dev/null
ln -s ../../sdzz /dev/disk/by-id/scsi-36000000000000000000000000000dead
equal 'OrphanSession DeadLink' "$(kinds)" 'the list of residue'
clear
equal 2 "$(sessions)" 'the number of sessions'
equal '' "$(kinds)" 'the list of residue'
iscsiadm -m node -T "$iqn:nothing" -o delete

say 'a disk that the kernel has given up'
disk=$(disks | head -n 1)
echo offline >"/sys/block/$disk/device/state"
equal StaleDevice "$(kinds)" 'the list of residue'
clear
equal 1 "$(disks | wc -l)" 'the number of disks'
connect db01
wait_for_paths "$wwid" 2

say 'withdrawn on the array while mounted: told, and not taken away'
mkfs.ext4 -q "$map"
mount "$map" /tmp/mounted
osc 'Get-OscStorageElement -Name db01 | Revoke-OscStorageElementAccess -AccessGroup host -Confirm:$false'
[[ $(kinds) == *SeenNotPresented* ]] || fail "residue is '$(kinds)'"
refused DeviceInUse 'Get-OscHostResidue | Where-Object Kind -EQ SeenNotPresented | Clear-OscHostResidue -GracePeriod 0 -Confirm:$false'
mountpoint -q /tmp/mounted || fail 'what is mounted was taken away'
umount /tmp/mounted
clear # its devices
clear # and now that nothing comes through them, its sessions
nothing_left
clear
clear
nothing_left
