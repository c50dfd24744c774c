# Fifty times attached and detached: nothing is left, on the host or at the array, and no process, file or lock accumulates.
start_host
start_array
new_element db01 64MB
osc 'Get-OscStorageElement -Name db01 | Connect-OscStorageElement | Disconnect-OscStorageElement -Confirm:$false'
before=$(find /run/lock /tmp/state /etc/iscsi -type f | sort)
for round in {1..50}; do
    osc 'Get-OscStorageElement -Name db01 | Connect-OscStorageElement | Out-Null'
    wait_for_paths "$wwid" 2
    osc 'Get-OscStorageElement -Name db01 | Disconnect-OscStorageElement -Confirm:$false'
    nothing_left
done
equal "$before" "$(find /run/lock /tmp/state /etc/iscsi -type f | sort)" 'the list of files kept'
equal 0 "$(tgt --mode target --op show | grep -c '^Target' || true)" 'the number of targets left at the array'
