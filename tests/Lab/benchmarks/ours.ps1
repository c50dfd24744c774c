# Attaches and detaches one LUN with the product: reads "attach" and "detach" lines, answers each with its seconds.
param([string] $Target, [string] $User, [string] $Password)

$ErrorActionPreference = 'Stop'
$chap = @{}
if ($User -ne '-') {
    $chap.ChapCredential = [pscredential]::new($User, [Net.NetworkCredential]::new('', $Password).SecurePassword)
}
$contexts = '127.0.0.1', '127.0.0.2' | ForEach-Object { New-OscAccessContext -HostName $_ @chap }
Register-OscStorageServer -Name bench -Plugin GenericIscsi -StorageType iSCSI -AccessContext $contexts | Out-Null
$element = Get-OscStorageElement -StorageServer bench

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
