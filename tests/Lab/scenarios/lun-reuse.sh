# One target for all LUNs, made by hand: a LUN number is given to another volume while the host still has the old one's devices. The kernel
# does not notice; the device that is handed over is never the wrong disk, and what is mounted is not taken away.
start_host
start_tgtd
a=60014051111111111111111111111111 b=60014052222222222222222222222222 c=60014053333333333333333333333333
for volume in a b c; do
    truncate -s 64M "/tmp/$volume"
    head -c 1M /dev/zero | tr '\0' "$volume" | dd of="/tmp/$volume" conv=notrunc status=none
done
new_target 1 "$iqn:t1"
new_lun 1 1 /tmp/a "$a"
new_lun 1 2 /tmp/b "$b"

# tgtd shows a LUN before it has its identity, which no array does: nobody may ask in between.
give_lun_1_to() {
    portal_down 127.0.0.0/8 # all portals, for a moment: no path is given up
    wait_for 30 "tgt --mode logicalunit --op delete --tid 1 --lun 1"
    new_lun 1 1 "$1" "$2"
    portal_up 127.0.0.0/8
}
connect() { echo "Get-OscStorageElement -Page83Id 3$1 | Connect-OscStorageElement | Out-Null"; }
first_byte() { dd if="$1" bs=4k count=1 iflag=direct status=none | head -c 1; }

register_by_hand
osc 'Find-OscTarget | Connect-OscTarget'
osc "$(connect "$a")"
equal a "$(first_byte "/dev/mapper/3$a")" 'the first byte of a'

say 'the number of a, which nobody uses, goes to c'
give_lun_1_to /tmp/c "$c"
refused ElementNotSeen "$(connect "$a")"
[[ ! -e /dev/mapper/3$a ]] || fail 'the stale device of a is still there'
osc 'Update-OscHostStorage'
osc "$(connect "$c")"
equal c "$(first_byte "/dev/mapper/3$c")" 'the first byte of c'
wait_for_paths "3$c" 2

say 'the number of c, which is mounted, goes to a'
mkfs.ext4 -q -F "/dev/mapper/3$c"
mkdir /tmp/mounted
mount "/dev/mapper/3$c" /tmp/mounted
give_lun_1_to /tmp/a "$a"
paths=("/sys/block/$(basename "$(readlink -f "/dev/mapper/3$c")")"/slaves/*) # a disk's name doesn't tell its number
equal naa."$c" "$(<"${paths[0]}/device/wwid")" 'what the kernel takes it for'
equal False "$(osc "(Get-OscDevice -Wwid 3$c).Verified")" 'whether c is called verified'
if osc "$(connect "$c")" >/tmp/refusal; then fail 'c was handed over, though its number is that of a'; fi
cat /tmp/refusal
mountpoint -q /tmp/mounted || fail 'what is mounted was taken away'
umount -l /tmp/mounted
osc 'Get-OscStorageElement | Disconnect-OscStorageElement -Confirm:$false'
osc 'Disconnect-OscTarget -Confirm:$false'
equal 0 "$(sessions)" 'the number of sessions left'
equal 0 "$(records)" 'the number of node records left'
# Nobody names c any more. multipathd removes a map with its last path, except where the kernel has not unmounted it by then: that one is residue.
wait_for 30 "osc 'Clear-OscHostResidue -GracePeriod 0 -Confirm:\$false'; [[ ! -e /dev/mapper/3$c ]]"
nothing_left
