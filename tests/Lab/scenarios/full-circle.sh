# From a bare array to a checked multipath device and back: discover, connect over two portals with CHAP, write through the map, lose a portal
# and get it back, grow online, disconnect, and nothing is left.
start_host
start_array chapuser aSecretOf16Chars
new_element db01 256MB

say 'discover'
osc 'Get-OscStorageElement -Name db01 | Grant-OscStorageElementAccess -AccessGroup host'
equal '127.0.0.1:3260 127.0.0.2:3260' "$(osc '(Find-OscTarget | ForEach-Object Portal) -join " "')" 'the list of portals'
osc 'Get-OscStorageElement -Name db01 | Revoke-OscStorageElementAccess -AccessGroup host -Confirm:$false'

say 'connect'
osc '$all = Get-OscStorageElement -Name db01 | Connect-OscStorageElement -Verbose 4>&1
     $told, $devices = $all.Where({ $_ -is [Management.Automation.VerboseRecord] }, "Split")
     $device = $devices[0]
     $told
     $device
     if ($told.Count -lt 5 -or $told.Count -gt 40) { throw "the story of connecting takes $($told.Count) lines" }
     if ($device.Paths.Count -ne 2 -or -not $device.Verified -or -not $device.Multipath) { throw "not two verified paths" }'
equal "$map" "$(osc '$device.Path')" 'the path of the device'
wait_for_paths "$wwid" 2

say 'write'
dd if=/dev/urandom of=/tmp/bytes bs=1M count=8 status=none
dd if=/tmp/bytes of="$map" bs=1M oflag=direct status=none
cmp -n $((8 << 20)) /tmp/bytes /tmp/pool/volumes/*

say 'one portal dies'
portal_down 127.0.0.2:3260
wait_for 60 '[[ $(paths_up "$wwid") == 1 ]]'
timeout 60 dd if=/tmp/bytes of="$map" bs=1M seek=8 oflag=direct status=none
osc 'Get-OscDevice
     if (@((Get-OscDevice).Paths | Where-Object State -EQ "Active").Count -ne 1) { throw "the dead path is not shown" }'

say 'and comes back'
portal_up 127.0.0.2:3260
wait_for 90 '[[ $(paths_up "$wwid") == 2 ]]'

say 'grow'
osc 'Get-OscStorageElement -Name db01 | Resize-OscStorageElement -Size 512MB -IncludeHost'
equal $((512 << 20)) "$(blockdev --getsize64 "$map")" 'the size of the map'
dd if="$map" bs=1M count=8 skip=8 iflag=direct status=none | cmp - /tmp/bytes

say 'disconnect'
osc 'Get-OscStorageElement -Name db01 | Disconnect-OscStorageElement -Confirm:$false'
nothing_left
equal '' "$(osc '(Get-OscStorageElement -Name db01).AccessGroupNames')" 'the list of groups it is presented to'
osc 'Get-OscStorageElement | Remove-OscStorageElement -Confirm:$false'
equal '' "$(grep -s "^/$wwid/" /etc/multipath/wwids || true)" 'the entry in /etc/multipath/wwids'
