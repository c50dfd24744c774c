# The stack itself, fifty rounds: what the tools of the host leave behind without the product's help, to judge the product by.
start_host
start_tgtd
id=60014051234567890abcdef012345678
truncate -s 64M /tmp/disk
new_target 1 "$iqn:t1"
new_lun 1 1 /tmp/disk "$id"
iscsiadm -m discovery -t sendtargets -p "${portals[0]}" >/dev/null
iscsiadm -m discovery -t sendtargets -p "${portals[1]}" >/dev/null

for round in {1..50}; do
    iscsiadm -m node -T "$iqn:t1" --login >/dev/null
    wait_for 30 "[[ \$(multipathd show maps raw format '%n %N') == '3$id 2' ]]"
    udevadm settle
    multipath -f "3$id"
    iscsiadm -m node -T "$iqn:t1" --logout >/dev/null
    wait_for 10 '! ls /dev/sd*'
done
equal '' "$(ls /dev/mapper | grep -v control || true)" 'the list of maps'
