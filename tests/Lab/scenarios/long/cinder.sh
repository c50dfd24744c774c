# Cinder's own targets give one volume's identity to the next one. Two volumes in turn, attached by the kernel's initiator through multipath: the second
# with the identity of the first, after it was disconnected, and after others ended its attachment while this host still had the device. What is written
# through the map is in the right volume, as the cluster's own tool reads it.
start_host

cloud=/tmp/cloud api=http://127.0.0.1:8776 project=5ea1e57a9e0f4a1c9b0a000000000001
mkdir "$cloud"
mkfifo /tmp/cloud.in
bash "$repository/tests/StorageConnect.Tests/Cinder/Fixture/cloud.sh" "$cloud" 8776 3260 16789 0 </tmp/cloud.in >/tmp/cloud.out 2>&1 &
exec {open}>/tmp/cloud.in
wait_for 900 'grep -qE "ready|failed" /tmp/cloud.out'
grep -q ready /tmp/cloud.out || fail "the cloud did not start: $(tail -n 20 "$cloud/up.log")"

# admin METHOD PATH [BODY]: a request to the service as its administrator.
admin() {
    curl -sS --fail-with-body -X "$1" "$api/v3/$project/$2" -H "X-Auth-Token: osc:$project" -H 'OpenStack-API-Version: volume 3.70' \
        -H 'Content-Type: application/json' ${3:+-d "$3"}
}
admin POST types '{"volume_type": {"name": "tgt", "extra_specs": {"volume_backend_name": "tgt"}}}' >/dev/null
wait_for 300 '[[ $(admin GET scheduler-stats/get_pools | grep -o "#tgt" | wc -l) -ge 1 ]]'
say 'the cloud is up'

osc "Register-OscStorageServer -Name cloud -Plugin Cinder -StorageType iSCSI -AdminHost $api -ExtraInfo 'Auth=none;Project=$project' | Out-Null
     New-OscAccessGroup -Name host -Initiator (Get-OscInitiator).Iqn | Out-Null
     New-OscStorageElement -Name one, two -Size 1GB -VolumeGroup tgt | Out-Null"

# attach NAME: its map goes to $device, its identity to $wwid.
attach() {
    device=$(osc "\$device = Get-OscStorageElement -Name $1 | Connect-OscStorageElement
                  if (-not \$device.Verified -or -not \$device.Multipath) { throw 'not a verified map' }
                  \$device.Path")
    wwid=$(osc '$device.Wwid')
}
detach() { osc "Get-OscStorageElement -Name $1 | Disconnect-OscStorageElement -Confirm:\$false"; }

# write NAME: new bytes through the map.
write() {
    dd if=/dev/urandom of="/tmp/$1" bs=1M count=2 status=none
    timeout 120 dd if="/tmp/$1" of="$device" bs=1M oflag=direct status=none
}

# proven NAME: what was written is what the cluster has in this volume.
proven() {
    local volume
    volume=$(admin GET volumes | /usr/bin/python3 -c \
        "import json, sys; print(*(v['id'] for v in json.load(sys.stdin)['volumes'] if v['name'] == '$1'))")
    rbd -c "$cloud/c/ceph.conf" export --no-progress "rbd/volume-$volume" /tmp/image
    cmp -n $((2 << 20)) /tmp/image "/tmp/$1"
    rm /tmp/image
}

say 'the first volume'
attach one
first=$wwid
write one
detach one
nothing_left
proven one

say 'the second one, with the identity of the first'
attach two
equal "$first" "$wwid" 'the identity of the second volume'
write two
detach two
nothing_left
proven one
proven two

say 'others end the attachment of the first, which this host still has'
attach one
equal "$first" "$wwid" 'the identity of the first volume'
write one
sync
for attachment in $(admin GET attachments | grep -oE '"id": "[0-9a-f-]{36}"' | cut -d'"' -f4); do admin DELETE "attachments/$attachment" >/dev/null; done
proven one
attach two
write two
proven one
proven two
detach two
osc 'Get-OscStorageElement -Name one | Disconnect-OscStorageElement -Confirm:$false'
nothing_left

osc 'Get-OscStorageElement | Remove-OscStorageElement -Confirm:$false'
exec {open}>&-
