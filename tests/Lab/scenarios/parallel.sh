# Two processes attach the same elements at once, each with -ThrottleLimit 16, and others of one target, while a portal dies in the middle and comes back:
# no run harms another, each element ends with both paths, and detached by both at once nothing is left.
start_host
start_array
names="'p1', 'p2'"
osc "$names | New-OscStorageElement -Size 64MB | Out-Null"

# Beside them one target of two LUNs, made by hand.
new_target 91 "$iqn:shared"
for lun in 1 2; do truncate -s 64M "/tmp/shared$lun"; new_lun 91 "$lun" "/tmp/shared$lun" "6001405aaaaaaaaaaaaaaaaaaaaaaaa$lun"; done
register_by_hand
osc "Find-OscTarget -StorageServer hand | Where-Object TargetName -eq '$iqn:shared' | Connect-OscTarget"
wait_for 60 '[[ $(maps | wc -l) == 2 ]]'

# many WHAT SERVERS COUNT: does it in a process of its own to all of so many elements at once; exit code 0 when none failed.
many() {
    fresh "\$elements = @(Get-OscStorageElement -StorageServer $2)
        if (\$elements.Count -ne $3) { throw 'there is another number of elements' }
        \$failed = \$elements | ForEach-Object -ThrottleLimit 16 -Parallel {
            Import-Module '$module'
            try { \$_ | $1 | Out-Null } catch { \"\$(\$_.FullyQualifiedErrorId): \$_\" }
        }
        \$failed
        exit @(\$failed | Where-Object { \$_ }).Count" 2>&1
}

say 'two processes attach all of them, and a portal dies meanwhile'
many 'Connect-OscStorageElement -ErrorAction Stop -WarningAction SilentlyContinue' lab,hand 4 >/tmp/first & first=$!
many 'Connect-OscStorageElement -ErrorAction Stop -WarningAction SilentlyContinue' lab,hand 4 >/tmp/second & second=$!
wait_for 600 '(($(disks | wc -l) > 4))'
portal_down "${portals[1]}"
wait $first || { cat /tmp/first; fail 'the first process failed'; }
wait $second || { cat /tmp/second; fail 'the second process failed'; }
portal_up "${portals[1]}"

say 'the portal is back: attached once more, each has both paths'
osc 'Get-OscStorageElement -StorageServer lab,hand | Connect-OscStorageElement -WarningAction SilentlyContinue | Out-Null'
wait_for 60 "[[ \$(multipathd show paths raw format '%w %t' | grep -c ' active') == 8 ]]"
udevadm settle
equal 4 "$(maps | wc -l)" 'the number of maps'
equal 8 "$(disks | wc -l)" 'the number of disks'
equal '' "$(osc 'Get-OscDevice | Where-Object { -not $_.Verified -or $_.Paths.Count -ne 2 }')" 'the list of devices that are not whole'

say 'both processes detach the same elements, and one of them the others'
many 'Disconnect-OscStorageElement -Confirm:$false -ErrorAction Stop' lab 2 >/tmp/first & first=$!
many 'Disconnect-OscStorageElement -Confirm:$false -ErrorAction Stop' lab,hand 4 >/tmp/second & second=$!
wait $first || { cat /tmp/first; fail 'the first process failed'; }
wait $second || { cat /tmp/second; fail 'the second process failed'; }
osc 'Disconnect-OscTarget -StorageServer hand -Confirm:$false'
nothing_left
