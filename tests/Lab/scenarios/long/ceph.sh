# An image of a Ceph cluster in this guest, attached by the kernel's initiator through multipath over two portals: written through the map, read
# by the cluster's own tool, and nothing is left after disconnecting.
start_host
start_tgtd
cluster=/tmp/cluster
bash "$repository/docs/examples/ceph-cluster.sh" up "$cluster"

# proven OFFSET: /tmp/bytes lie there in the image, in MiB, as the cluster's own tool reads it.
proven() {
    rbd -c "$cluster/ceph.conf" export --no-progress rbd/db01 /tmp/image
    cmp -n $((4 << 20)) -i $(($1 << 20)):0 /tmp/image /tmp/bytes
    rm /tmp/image
}

osc "Register-OscStorageServer -Name lab -Plugin Ceph -StorageType iSCSI -StorageName rbd -AccessContext ($(contexts)) \`
         -ExtraInfo 'Conf=$cluster/ceph.conf;Portals=${portals[0]},${portals[1]}' | Out-Null
     New-OscAccessGroup -Name host -Initiator (Get-OscInitiator).Iqn | Out-Null"
new_element db01 64MB

say 'connect'
osc '$device = Get-OscStorageElement -Name db01 | Connect-OscStorageElement
     $device
     if ($device.Paths.Count -ne 2 -or -not $device.Verified -or -not $device.Multipath) { throw "not two verified paths" }'
equal "$map" "$(osc '$device.Path')" 'the path of the device'
wait_for_paths "$wwid" 2

say 'write'
dd if=/dev/urandom of=/tmp/bytes bs=1M count=4 status=none
dd if=/tmp/bytes of="$map" bs=1M oflag=direct status=none
proven 0

say 'one portal dies'
portal_down 127.0.0.2:3260
wait_for 60 '[[ $(paths_up "$wwid") == 1 ]]'
timeout 60 dd if=/tmp/bytes of="$map" bs=1M seek=4 oflag=direct status=none
proven 4
portal_up 127.0.0.2:3260
wait_for 90 '[[ $(paths_up "$wwid") == 2 ]]'

say 'disconnect'
osc 'Get-OscStorageElement -Name db01 | Disconnect-OscStorageElement -Confirm:$false'
nothing_left
osc 'Get-OscStorageElement | Remove-OscStorageElement -Confirm:$false'
bash "$repository/docs/examples/ceph-cluster.sh" down "$cluster"
