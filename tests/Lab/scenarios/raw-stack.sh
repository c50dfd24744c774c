# The stack itself, without the product: a tgtd target over two portals, two logins, one map, I/O, logout, nothing left.
start_host
start_tgtd
id=60014051234567890abcdef012345678 map=/dev/mapper/360014051234567890abcdef012345678
truncate -s 256M /tmp/disk
new_target 1 "$iqn:t1"
new_lun 1 1 /tmp/disk "$id"

say 'log in'
for portal in "${portals[@]}"; do
    iscsiadm -m discovery -t sendtargets -p "$portal"
done
iscsiadm -m node -T "$iqn:t1" --login
wait_for 30 "[[ \$(multipathd show maps raw format '%n %N') == '3$id 2' ]]"
wait_for 30 "[[ -b $map ]]"
multipath -ll

say 'write through the map, read the target'"'"'s file'
dd if=/dev/urandom of=/tmp/bytes bs=1M count=8 status=none
dd if=/tmp/bytes of="$map" bs=1M oflag=direct status=none
cmp -n $((8 << 20)) /tmp/bytes /tmp/disk

say 'log out'
udevadm settle
multipath -f "3$id"
iscsiadm -m node -T "$iqn:t1" --logout
iscsiadm -m node -T "$iqn:t1" -o delete
wait_for 10 "! ls /dev/sd*"
status=0; iscsiadm -m session || status=$?
equal 21 $status 'the exit code of iscsiadm -m session'
equal '' "$(ls /dev/mapper | grep -v control || true)" 'the list of maps'
