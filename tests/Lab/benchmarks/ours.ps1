# Attaches and detaches one LUN of a Local array with the product, presentation included: reads "attach" and "detach" lines, answers each
# with its seconds.
param([string] $Pool, [string] $User, [string] $Secret)

$ErrorActionPreference = 'Stop'
if (-not (Get-OscStorageServer)) {
    $chap = @{}
    if ($User -ne '-') {
        $chap.ChapCredential = [pscredential]::new($User, [Net.NetworkCredential]::new('', $Secret).SecurePassword)
    }
    $contexts = '127.0.0.1', '127.0.0.2' | ForEach-Object { New-OscAccessContext -HostName $_ @chap }
    Register-OscStorageServer -Name bench -Plugin Local -StorageType iSCSI -AccessContext $contexts -SaveCredential `
        -ExtraInfo "Pool=$Pool;Portals=127.0.0.1:3260,127.0.0.2:3260" | Out-Null
    New-OscAccessGroup -Name host -Initiator (Get-OscInitiator).Iqn | Out-Null
    New-OscStorageElement -Name bench -Size 512MB | Out-Null
}
$element = Get-OscStorageElement -Name bench

[Console]::Out.WriteLine('ready')
while ($null -ne ($action = [Console]::In.ReadLine())) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    if ($action -eq 'attach') {
        $element | Connect-OscStorageElement | Out-Null
    }
    else {
        $element | Disconnect-OscStorageElement -Confirm:$false
    }
    [Console]::Out.WriteLine($watch.Elapsed.TotalSeconds.ToString('0.000', [Globalization.CultureInfo]::InvariantCulture))
}
