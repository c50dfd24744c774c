# pwsh and the staged module on the guest's kernel: a Local array on a pool of its own, LUNs made and listed by separate processes.
mkdir /tmp/pool
osc "Register-OscStorageServer -Name lab -Plugin Local -StorageType SAN -ExtraInfo 'Pool=/tmp/pool'
     New-OscStorageElement -Name db01, db02 -Size 64MB"
say 'made; now from another process'
equal 'db01 db02' "$(fresh "(Get-OscStorageElement | ForEach-Object Name | Sort-Object) -join ' '")" 'the list of LUNs'
refused StorageElementNotFound 'Get-OscStorageElement -Name db03'
osc 'Get-OscStorageElement -Name db01 | Disable-OscStorageElement -Confirm:$false
     $told = @(Get-OscStorageElement -Name db01 | New-OscSnapshot -SnapshotName before -Verbose 4>&1 | Where-Object { $_ -is [Management.Automation.VerboseRecord] })
     $told
     if ($told.Count -lt 2 -or $told.Count -gt 10) { throw "the story of a snapshot takes $($told.Count) lines" }
     Get-OscSnapshot | Remove-OscSnapshot -Confirm:$false'
osc 'Get-OscStorageElement | Remove-OscStorageElement -Confirm:$false'
equal '' "$(ls /tmp/pool/volumes)" 'what is left in the pool'
