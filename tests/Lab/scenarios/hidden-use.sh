# A plain disk that is used where no table shows it from here is not detached, and what lies on it lives on: each is refused with DeviceInUse.
modprobe -a loop xfs md-mod linear || true
osc 1 >/dev/null
modprobe -a scsi_mod sd_mod iscsi_tcp dm-mod
start_udev; start_iscsid; start_tgtd "${portals[0]}"
mkdir /tmp/pool /tmp/m /tmp/l
osc "Register-OscStorageServer -Name lab -Plugin Local -StorageType iSCSI -AccessContext (New-OscAccessContext -HostName 127.0.0.1) -ExtraInfo 'Pool=/tmp/pool;Portals=${portals[0]}' | Out-Null
     New-OscAccessGroup -Name host -Initiator (Get-OscInitiator).Iqn | Out-Null"

# attach NAME: a new element's disk, in $disk.
attach() { disk=$(osc "New-OscStorageElement -Name $1 -Size 128MB | Out-Null; (Connect-OscStorageElement $1).Path" | tail -n 1); node=$(readlink -f "$disk"); udevadm settle; }
stays() { refused DeviceInUse "Disconnect-OscStorageElement $1 -KeepAccess -Confirm:\$false"; grep -q "$2" /tmp/refusal || fail "of $1 should have been said: $2"; [[ -b $node ]] || fail "$node is gone"; }
goes() { udevadm settle; osc "Disconnect-OscStorageElement $1 -Confirm:\$false"; [[ ! -e $node ]] || fail "$node is still there"; say "$1: refused, then detached"; }

attach mounted; mkfs.ext4 -q "$node"
unshare -m --propagation private bash -c "mount $node /tmp/m && touch /tmp/ready && until [ -e /tmp/done ]; do sleep 0.1; done" & holder=$!
wait_for 15 'test -e /tmp/ready'
stays mounted 'mount namespace'
touch /tmp/done; wait $holder; goes mounted

attach unseen; mkfs.ext4 -q "$node"
unshare -m --propagation private bash -c "mount $node /tmp/m && touch /tmp/m/file; exec 9</tmp/m/file; umount -l /tmp/m; touch /tmp/lazy; until [ -e /tmp/done2 ]; do sleep 0.1; done" & holder=$!
wait_for 15 'test -e /tmp/lazy'
stays unseen "can't be named"
touch /tmp/done2; wait $holder; goes unseen

attach open
unshare -p -f --mount-proc bash -c "exec 9<>$node; touch /tmp/opened; until [ -e /tmp/done3 ]; do sleep 0.1; done" & holder=$!
wait_for 15 'test -e /tmp/opened'
stays open 'open by'
touch /tmp/done3; wait $holder; goes open

attach mapped; dmsetup create over --table "0 2048 linear $node 0"
stays mapped 'held by dm'
dmsetup remove over; goes mapped

attach swapped; mkfs.ext4 -q "$node"
unshare -m --propagation private bash -c "mount $node /tmp/m && dd if=/dev/zero of=/tmp/m/swap bs=1M count=40 status=none && chmod 600 /tmp/m/swap
    mkswap -q /tmp/m/swap; swapon /tmp/m/swap || echo 'this kernel has no swap'; touch /tmp/swapping
    until [ -e /tmp/done4 ]; do sleep 0.1; done; swapoff /tmp/m/swap" & holder=$!
wait_for 60 'test -e /tmp/swapping'
stays swapped 'mount namespace'
touch /tmp/done4; wait $holder || true; goes swapped

if [[ -e /dev/loop-control ]]; then
    attach looped; loop=$(losetup -f --show "$node"); mkfs.ext4 -q "$loop"; mount "$loop" /tmp/l
    stays looped 'loop device'
    sync -f /tmp/l; umount /tmp/l; losetup -d "$loop"; goes looped

    attach logged; truncate -s 400M /tmp/xfs.img; loop=$(losetup -f --show /tmp/xfs.img)
    if mkfs.xfs -q -f -l logdev="$node",size=100m "$loop" 2>/dev/null && mount -t xfs -o logdev="$node" "$loop" /tmp/l; then
        stays logged 'log of the file system'
        sync -f /tmp/l; umount /tmp/l
    else
        say 'this kernel has no XFS'
    fi
    losetup -d "$loop"; goes logged
fi

if command -v mdadm >/dev/null; then
    attach member; mdadm --create /dev/md9 --run --level=1 --raid-devices=2 --force "$node" missing >/dev/null 2>&1 && {
        stays member 'held by md'
        udevadm settle; mdadm --stop /dev/md9 || { cat /proc/mdstat; ls -l /dev/md*; fail "the array md9 does not stop"; }
    }
    goes member
fi
nothing_left
