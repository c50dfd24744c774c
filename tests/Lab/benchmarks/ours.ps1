# Attaches and detaches a LUN of a Local array with the product: reads "attach ELEMENT" and "detach ELEMENT" lines, answers each with its seconds.
# What is "presented" stays so, as for peers that know no array; else it is presented and withdrawn each time.
param([string] $Module, [string] $Pool, [string] $User, [string] $Secret)

$ErrorActionPreference = 'Stop'
Import-Module $Module
if (-not (Get-OscStorageServer)) {
    $chap = @{}
    if ($User -ne '-') {
        $chap.ChapCredential = [pscredential]::new($User, [Net.NetworkCredential]::new('', $Secret).SecurePassword)
    }
    $contexts = '127.0.0.1', '127.0.0.2' | ForEach-Object { New-OscAccessContext -HostName $_ @chap }
    Register-OscStorageServer -Name bench -Plugin Local -StorageType iSCSI -AccessContext $contexts -SaveCredential `
        -ExtraInfo "Pool=$Pool;Portals=127.0.0.1:3260,127.0.0.2:3260" | Out-Null
    New-OscAccessGroup -Name host -Initiator (Get-OscInitiator).Iqn | Out-Null
    New-OscStorageElement -Name bench, presented -Size 512MB | Out-Null
    Get-OscStorageElement -Name presented | Grant-OscStorageElementAccess -AccessGroup host
}
$elements = @{}
foreach ($element in Get-OscStorageElement) { $elements[$element.Name] = $element }

[Console]::Out.WriteLine('ready')
while ($null -ne ($line = [Console]::In.ReadLine())) {
    $action, $name = -split $line
    $lun = $elements[$name]
    $watch = [Diagnostics.Stopwatch]::StartNew()
    if ($action -eq 'attach') {
        $lun | Connect-OscStorageElement | Out-Null
    }
    else {
        $lun | Disconnect-OscStorageElement -Confirm:$false -KeepAccess:($name -eq 'presented')
    }
    [Console]::Out.WriteLine($watch.Elapsed.TotalSeconds.ToString('0.000', [Globalization.CultureInfo]::InvariantCulture))
}
