# The array dies while its LUN is mounted: errors in bounded time, no way of taking the mounted device away, and everything in order again once
# the array is back.
start_host
start_array
new_element db01 128MB
osc '$element = Get-OscStorageElement -Name db01; $element | Connect-OscStorageElement | Out-Null'
mkfs.ext4 -q "$map"
mkdir /tmp/mounted
mount "$map" /tmp/mounted

say 'the target dies'
pkill -KILL -x tgtd
wait_for 60 '[[ $(paths_up "$wwid") == 0 ]]'
osc 'Get-OscDevice'
if timeout 60 dd if="$map" of=/dev/null bs=4k count=1 iflag=direct status=none; then fail 'there is I/O without a path'; fi
refused DeviceInUse '$element | Disconnect-OscStorageElement -Confirm:$false'
timeout 60 umount /tmp/mounted || umount -l /tmp/mounted

say 'the target is back'
start_tgtd
osc "Get-OscStorageElement | Out-Null" # whatever is asked of the array makes it serve its LUNs again
wait_for 60 "! grep -qv LOGGED_IN /sys/class/iscsi_session/*/state"
osc '$element | Connect-OscStorageElement | Out-Null'
wait_for 60 '[[ $(paths_up "$wwid") == 2 ]]'
e2fsck -fy "$map" >/dev/null || [[ $? == 1 ]]
osc 'Get-OscStorageElement -Name db01 | Disconnect-OscStorageElement -Confirm:$false'
nothing_left
