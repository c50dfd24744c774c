# iscsid or multipathd does not run: an error that says so, in bounded time, nothing left behind, and success once it runs.
start_host
start_array
new_element db01 64MB
attach='Get-OscStorageElement -Name db01 | Connect-OscStorageElement | Out-Null'
detach='Get-OscStorageElement -Name db01 | Disconnect-OscStorageElement -Confirm:$false'

say 'without iscsid'
stop_iscsid
if osc "$attach" >/tmp/refusal; then fail 'attached without iscsid'; fi
cat /tmp/refusal
grep -q iscsid /tmp/refusal
start_iscsid
osc "$attach"
osc "$detach"
nothing_left

say 'without multipathd'
stop_multipathd
if osc "$attach" >/tmp/refusal; then fail 'attached without multipathd'; fi
cat /tmp/refusal
grep -q multipathd /tmp/refusal
start_multipathd
osc "$attach"

say 'detach without multipathd'
stop_multipathd
if osc "$detach" >/tmp/refusal; then fail 'detached without multipathd'; fi
cat /tmp/refusal
grep -q multipathd /tmp/refusal
start_multipathd
osc "$detach"
nothing_left
