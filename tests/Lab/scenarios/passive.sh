# A target made by somebody else, used as it is (GenericIscsi): the host is checked, the target found, logged in to with mutual CHAP and through
# a network device, its LUNs listed, grown and used, and let go of again without a trace.
start_host
start_tgtd
id1=60014051111111111111111111111111 id2=60014052222222222222222222222222
truncate -s 64M /tmp/one /tmp/two
new_target 1 "$iqn:t1"
new_lun 1 1 /tmp/one "$id1"
new_lun 1 2 /tmp/two "$id2"
tgt --mode account --op new --user chapuser --password aSecretOf16Chars
tgt --mode account --op new --user tgtuser --password otherSecret16Ch
tgt --mode account --op bind --tid 1 --user chapuser
tgt --mode account --op bind --tid 1 --user tgtuser --outgoing
new_target 2 "$iqn:other"

say 'is this host fit?'
osc 'Test-OscHost'
equal '' "$(osc '(Test-OscHost | Where-Object State -EQ Error | ForEach-Object Check) -join " "')" 'the list of what is unfit'
sed -i 's/no_path_retry .*/no_path_retry queue/' /etc/multipath.conf
multipathd reconfigure >/dev/null
equal 'multipath no_path_retry' "$(osc '(Test-OscHost | Where-Object State -EQ Warning | ForEach-Object Check | Where-Object { $_ -like "*retry" }) -join " "')" 'what is warned of'
cp "$LAB/guest/multipath.conf" /etc/multipath.conf
multipathd reconfigure >/dev/null

say 'find and log in'
osc "\$contexts = '127.0.0.1', '127.0.0.2' | ForEach-Object { New-OscAccessContext -HostName \$_ -NetDevice lo -ChapCredential (Credential chapuser aSecretOf16Chars) -MutualChapCredential (Credential tgtuser otherSecret16Ch) }
     Register-OscStorageServer -Name hand -Plugin GenericIscsi -StorageType iSCSI -AccessContext \$contexts | Out-Null"
equal "$iqn:other $iqn:t1 " "$(osc 'Find-OscTarget | ForEach-Object TargetName' | sort -u | tr '\n' ' ')" 'the list of targets'
osc "Find-OscTarget | Where-Object TargetName -EQ '$iqn:t1' | Connect-OscTarget"
equal 2 "$(sessions)" 'the number of sessions'
equal "3$id1 67108864 3$id2 67108864" "$(osc '(Get-OscStorageElement | ForEach-Object { "$($_.Page83Id) $($_.SizeBytes)" }) -join " "')" 'the list of elements'
for wwid in "3$id1" "3$id2"; do wait_for_paths "$wwid" 2; done
equal 'True True' "$(osc '(Get-OscDevice | ForEach-Object Verified) -join " "')" 'what is proven'
equal 'storage-connect.lo' "$(sort -u /sys/class/iscsi_session/session*/ifacename)" 'the interface of the sessions'

say 'a passive array changes nothing'
refused PassiveArray 'New-OscStorageElement -Name new -Size 64MB'
refused NoSuchOperation 'Get-OscStorageElement | New-OscSnapshot'

say 'a LUN that grew on the array'
wait_for 30 'tgt --mode logicalunit --op delete --tid 1 --lun 2'
truncate -s 128M /tmp/two
new_lun 1 2 /tmp/two "$id2"
osc 'Update-OscHostStorage -WarningAction SilentlyContinue'
equal 134217728 "$(osc "(Get-OscStorageElement -Page83Id 3$id2).SizeBytes")" 'the size of the element'

say 'mounted, it is not let go of'
mkfs.ext4 -q "/dev/mapper/3$id1"
mkdir /tmp/mounted
mount "/dev/mapper/3$id1" /tmp/mounted
refused DeviceInUse 'Disconnect-OscTarget -Confirm:$false'
equal 2 "$(sessions)" 'the number of sessions'
umount /tmp/mounted
osc 'Disconnect-OscTarget -Confirm:$false'
nothing_left
equal '' "$(ls /etc/iscsi/ifaces 2>/dev/null || true)" 'the list of interface records'
