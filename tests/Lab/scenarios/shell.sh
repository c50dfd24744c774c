# The Shell and the staged module on the guest's kernel: a Local array on a pool of its own, LUNs made and listed by separate processes.
mkdir /tmp/pool
osc "Register-OscStorageServer -Name lab -Plugin Local -StorageType SAN -ExtraInfo 'Pool=/tmp/pool' | Out-Null
     New-OscStorageElement -Name db01, db02 -Size 64MB | Out-Null"
say 'made; now from another process'
equal 'db01 db02' "$(osc "(Get-OscStorageElement | ForEach-Object Name) -join ' '")" 'the list of LUNs'
osc 'Get-OscStorageElement | Remove-OscStorageElement -Confirm:$false'
equal '' "$(ls /tmp/pool/volumes)" 'what is left in the pool'
