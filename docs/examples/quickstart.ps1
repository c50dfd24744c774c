<#
.SYNOPSIS
    The main job of StorageConnect, for real: from a bare folder to a cloned LUN, with proof that the bytes are right.
.DESCRIPTION
    Registers a Local array on a pool folder of its own, creates LUNs, groups and presents them, writes bytes, snapshots, clones, resizes,
    lists and removes. Everything is cleaned up at the end, so it can be run again and again.

    On XFS and Btrfs snapshots and clones are made while the LUN is in use. On other file systems the array makes them of offline LUNs only;
    the script then takes the LUN offline first, and says so.
.PARAMETER Pool
    An empty folder to use as the pool, for example on XFS. It is empty again at the end. A new one in the temporary folder if left out.
#>
param(
    [string] $Pool
)

$ErrorActionPreference = 'Stop'
if (-not (Get-Module StorageConnect)) {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'out', 'StorageConnect', 'StorageConnect.psd1'))
}

$server = 'quickstart'
# Only what this script makes is changed and removed: neither a server nor a pool of the user's own.
if (Get-OscStorageServer -Name "$server*" | Where-Object Name -EQ $server) {
    throw "A storage server '$server' is registered already. If an earlier run was killed and left it: Unregister-OscStorageServer $server"
}

function Get-PoolEntry {
    [IO.Directory]::GetFileSystemEntries($Pool) | Where-Object { [IO.Path]::GetFileName($_) -ne 'lost+found' }
}

$ownPool = -not $Pool
if ($ownPool) {
    $Pool = [IO.Directory]::CreateTempSubdirectory('storage-connect-').FullName
}
else {
    $Pool = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Pool)
    if (Get-PoolEntry) {
        throw "The folder $Pool is not empty. Give an empty folder, such as a new one: what is in it at the end is removed."
    }
}
$registered = $false

function Write-Step([string] $Text) {
    ''
    "== $Text"
}

function Write-Lun($Element, [string] $Text) {
    # A LUN of the Local array is read and written through the path that Update-OscStorageElement finds on this host.
    $path = ($Element | Update-OscStorageElement).DevicePaths[0]
    $bytes = [Text.Encoding]::UTF8.GetBytes($Text)
    $file = [IO.File]::Open($path, 'Open', 'Write', 'ReadWrite')
    try {
        $file.Write($bytes, 0, $bytes.Length)
        $file.Flush($true)
    }
    finally {
        $file.Dispose()
    }
    "wrote '$Text' to $($Element.Name)"
}

function Read-Lun($Element, [int] $Length) {
    $path = ($Element | Update-OscStorageElement).DevicePaths[0]
    $bytes = [byte[]]::new($Length)
    $file = [IO.File]::Open($path, 'Open', 'Read', 'ReadWrite')
    try {
        $file.ReadExactly($bytes, 0, $Length)
    }
    finally {
        $file.Dispose()
    }
    [Text.Encoding]::UTF8.GetString($bytes)
}

function Assert-Equal($Expected, $Actual, [string] $What) {
    if ($Expected -ne $Actual) {
        throw "$What is '$Actual', and should be '$Expected'."
    }
    "proved: $What is '$Actual'"
}

try {
    Write-Step "Register the array on $Pool"
    Register-OscStorageServer -Name $server -Plugin Local -StorageType SAN -ExtraInfo "Pool=$Pool" | Out-Host
    $registered = $true
    $offlineOnly = (Get-OscCapability -StorageServer $server).Snapshot -eq 'Offline'

    Write-Step 'Create LUNs, and present one to a group of hosts'
    $db, $second = New-OscStorageElement -Name db01, db02 -Size 1GB -StorageServer $server
    $db, $second | Out-Host
    New-OscAccessGroup -Name hosts-a -Initiator 50:01:43:80:12:34:56:78 -StorageServer $server | Out-Host
    $db | Grant-OscStorageElementAccess -AccessGroup hosts-a -PassThru | Out-Host

    Write-Step 'Write, snapshot, write again'
    $before = 'before the snapshot'
    $after = 'after  the snapshot'
    Write-Lun $db $before
    if ($offlineOnly) {
        'this file system makes copies of offline LUNs only: taking db01 offline'
        $db | Disable-OscStorageElement -Confirm:$false
    }
    $snapshot = $db | New-OscSnapshot -SnapshotName before-upgrade
    $snapshot | Out-Host
    if ($offlineOnly) {
        $db | Enable-OscStorageElement
    }
    Write-Lun $db $after

    Write-Step 'Clone from the snapshot, and prove the bytes'
    if ($offlineOnly) {
        $db | Disable-OscStorageElement -Confirm:$false
    }
    $clone = $snapshot | Invoke-OscClone -Name db01-test
    $clone | Out-Host
    if ($offlineOnly) {
        $db | Enable-OscStorageElement
    }
    Assert-Equal $before (Read-Lun $clone $before.Length) 'what the clone holds'
    Assert-Equal $after (Read-Lun $db $after.Length) 'what the LUN holds'

    Write-Step 'Grow the LUN'
    $db | Resize-OscStorageElement -Size 2GB | Out-Host
    Assert-Equal 2GB (Get-OscStorageElement -Name db01 -StorageServer $server).SizeBytes 'the size of db01'

    Write-Step 'List everything'
    Get-OscStorageElement -StorageServer $server | Out-Host
    Get-OscSnapshot -StorageServer $server | Out-Host
    Get-OscAccessGroup -StorageServer $server | Out-Host
    Get-OscStorageServer -Name $server -Refresh | Out-Host

    Write-Step 'Remove what is not needed any more'
    $clone | Remove-OscStorageElement -Confirm:$false
    $snapshot | Remove-OscSnapshot -Confirm:$false
    $db | Revoke-OscStorageElementAccess -AccessGroup hosts-a -Confirm:$false
    $db, $second | Remove-OscStorageElement -Confirm:$false
    Remove-OscAccessGroup -Name hosts-a -StorageServer $server -Confirm:$false
    Assert-Equal 0 @(Get-OscStorageElement -StorageServer $server).Count 'the number of LUNs left'
}
finally {
    if ($registered) {
        Unregister-OscStorageServer $server
    }
    if ($ownPool) {
        [IO.Directory]::Delete($Pool, $true)
    }
    else {
        # It was empty at the beginning.
        Get-PoolEntry | ForEach-Object { Remove-Item -LiteralPath $_ -Recurse -Force }
    }
}

''
'Done: everything worked, and everything is cleaned up.'
