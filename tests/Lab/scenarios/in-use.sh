# A device that is in use is not taken away: mounted, held by another device, open. The refusal names who has it, and changes nothing.
start_host
start_array
new_element db01 128MB
osc 'Get-OscStorageElement -Name db01 | Connect-OscStorageElement | Out-Null'
wait_for_paths "$wwid" 2

# still_in_use WHO: the disconnect is refused, names WHO, and the device still works on both paths.
still_in_use() {
    refused "$busy" 'Get-OscStorageElement -Name db01 | Disconnect-OscStorageElement -Confirm:$false'
    grep -qF "$1" /tmp/refusal || fail "the refusal does not name $1"
    equal 2 "$(paths_up "$wwid")" 'the number of active paths after the refusal'
    dd if="$map" of=/dev/null bs=1M count=1 iflag=direct status=none
    equal host "$(osc '(Get-OscStorageElement -Name db01).AccessGroupNames')" 'the group it is presented to'
}
busy=DeviceInUse

say 'mounted'
mkfs.ext4 -q "$map"
mkdir /tmp/mounted
mount "$map" /tmp/mounted
still_in_use /tmp/mounted
umount /tmp/mounted

say 'held by a device on top'
udevadm settle
echo "0 2048 linear $map 0" | dmsetup create on-top
still_in_use on-top
dmsetup remove --retry on-top

say 'open'
sleep 1000 <"$map" &
holder=$!
still_in_use "$holder"
kill "$holder"
wait "$holder" || true

say 'free again'
osc 'Get-OscStorageElement -Name db01 | Disconnect-OscStorageElement -Confirm:$false'
nothing_left
