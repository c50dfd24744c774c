# A wrong CHAP secret, and portals that are dead: the right error in bounded time, nothing left behind, and success once it is repaired.
start_host
start_array
new_element db01 64MB
attach='Get-OscStorageElement -Name db01 | Connect-OscStorageElement | Out-Null'
detach='Get-OscStorageElement -Name db01 | Disconnect-OscStorageElement -Confirm:$false'
not_presented() { equal '' "$(osc '(Get-OscStorageElement -Name db01).AccessGroupNames')" 'the list of groups it is presented to'; }

say 'one portal is dead'
portal_down "${portals[1]}"
osc "$attach"
wait_for_paths "$wwid" 1
portal_up "${portals[1]}"
osc "$attach"
wait_for_paths "$wwid" 2
osc "$detach"
nothing_left

say 'all portals are dead'
portal_down "${portals[0]}"
portal_down "${portals[1]}"
if osc "$attach" >/tmp/refusal; then fail 'attached without a portal'; fi
cat /tmp/refusal
nothing_left
not_presented
portal_up "${portals[0]}"
portal_up "${portals[1]}"
osc "$attach; $detach"
nothing_left

say 'a wrong CHAP secret'
truncate -s 64M /tmp/disk
new_target 1 "$iqn:t1"
new_lun 1 1 /tmp/disk 60014051234567890abcdef012345678
tgt --mode account --op new --user chapuser --password aSecretOf16Chars
tgt --mode account --op bind --tid 1 --user chapuser
register_by_hand chapuser aWrongSecret16Ch
refused IscsiAuthenticationFailed 'Find-OscTarget -StorageServer hand | Connect-OscTarget'
nothing_left
osc "Set-OscStorageServer -Name hand -AccessContext ($(contexts chapuser aSecretOf16Chars))"
osc 'Find-OscTarget -StorageServer hand | Connect-OscTarget'
equal 2 "$(sessions)" 'the number of sessions'
osc 'Disconnect-OscTarget -StorageServer hand -Confirm:$false'
nothing_left
