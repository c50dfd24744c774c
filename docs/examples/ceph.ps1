<#
.SYNOPSIS
    The main job of StorageConnect on a Ceph cluster: from nothing to a cloned LUN, with proof that the bytes are right.
.DESCRIPTION
    Starts a throw-away cluster (ceph-cluster.sh) in a folder of its own, registers its pool, creates LUNs, groups and presents them, snapshots,
    clones, resizes, lists and removes. Everything is cleaned up at the end, so it can be run again and again.

    As root, and where tgtd can open images (the packages tgt and tgt-rbd), the pool is exported over iSCSI by a tgtd of the script's own, and the
    bytes are written and read by QEMU's initiator (qemu-utils and qemu-block-extra). Elsewhere the images are managed only, and the script says so.
.PARAMETER Port
    The monitor's TCP port, which with the one after it must be free.
.PARAMETER PortalPort
    The TCP port of the iSCSI portal.
#>
param(
    [int] $Port = 16789,
    [int] $PortalPort = 13260
)

$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true
if (-not (Get-Module StorageConnect)) {
    Import-Module ([IO.Path]::Combine($PSScriptRoot, '..', '..', 'out', 'StorageConnect', 'StorageConnect.psd1'))
}

$server = 'ceph-example'
if (Get-OscStorageServer -Name "$server*" | Where-Object Name -EQ $server) {
    throw "A storage server '$server' is registered already. If an earlier run was killed and left it: Unregister-OscStorageServer $server"
}

$registered = $false
$initiator = 'iqn.2001-04.com.example:ceph-example'
$folder = [IO.Directory]::CreateTempSubdirectory('storage-connect-').FullName
$cluster = Join-Path $folder 'cluster'
$control = Join-Path $folder 'tgt'
$portal = "127.0.0.1:$PortalPort"
$exports = [Environment]::IsPrivilegedProcess -and (Test-Path /usr/lib/tgt/backing-store/bs_rbd.so) -and
    (Get-Command tgtd, tgtadm, qemu-io -ErrorAction Ignore).Count -eq 3
$tgtd = $null

function Write-Step([string] $Text) {
    ''
    "== $Text"
}

function Invoke-Lun($Element, [string[]] $Commands) {
    # QEMU's initiator is a program: it logs in itself, and this host gets no device.
    $target = (Get-OscStorageElement -Name $Element.Name -StorageServer $server).LunAddresses[0].TargetName
    $arguments = $Commands | ForEach-Object { '-c'; $_ }
    $said = qemu-io @arguments --image-opts ("driver=raw,file.driver=iscsi,file.transport=tcp,file.portal=$portal,file.target=$target," +
        "file.lun=1,file.initiator-name=$initiator") 2>&1 | Out-String
    if ($said -match 'fail|error') {
        throw "$($Element.Name): $said"
    }
}

function Assert-Equal($Expected, $Actual, [string] $What) {
    if ($Expected -ne $Actual) {
        throw "$What is '$Actual', and should be '$Expected'."
    }
    "proved: $What is '$Actual'"
}

try {
    Write-Step "Start a cluster in $cluster"
    bash (Join-Path $PSScriptRoot 'ceph-cluster.sh') up $cluster $Port > $null

    $register = @{ Name = $server; Plugin = 'Ceph'; StorageName = 'rbd'; StorageType = 'SAN'; ExtraInfo = "Conf=$cluster/ceph.conf" }
    if ($exports) {
        # It tells a lot about each LUN, which is of no use here.
        $start = [Diagnostics.ProcessStartInfo]::new('bash', [string[]]('-c', 'exec tgtd "$@" > /dev/null 2>&1', 'tgtd', '-f', '-C', '0', '--iscsi',
            "portal=$portal"))
        $start.Environment['TGT_IPC_SOCKET'] = $control
        $tgtd = [Diagnostics.Process]::Start($start)
        $end = [DateTime]::UtcNow.AddMinutes(1)
        while (-not (Test-Path "$control.0")) {
            if ($tgtd.HasExited -or [DateTime]::UtcNow -gt $end) {
                throw 'tgtd did not start.'
            }
            Start-Sleep -Milliseconds 50
        }
        $register.StorageType = 'iSCSI'
        $register.AccessContext = New-OscAccessContext 127.0.0.1
        $register.ExtraInfo += ";Portals=$portal;TgtControl=$control"
    }
    else {
        'this machine exports no images (that needs root, tgt, tgt-rbd and qemu-utils): the bytes are not looked at'
    }

    Write-Step 'Register the pool'
    Register-OscStorageServer @register | Out-Host
    $registered = $true

    Write-Step 'Create LUNs'
    New-OscStorageElement -Name db01, db02 -Size 64MB -StorageServer $server | Out-Host
    $db = Get-OscStorageElement -Name db01 -StorageServer $server
    if ($exports) {
        Write-Step 'Present one to a group of hosts, and write to it'
        New-OscAccessGroup -Name hosts-a -Initiator $initiator -StorageServer $server | Out-Host
        $db | Grant-OscStorageElementAccess -AccessGroup hosts-a -PassThru | Out-Host
        Invoke-Lun $db 'write -P 0x11 0 64k', 'flush'
    }

    Write-Step 'Snapshot, write again, and clone from the snapshot'
    $snapshot = $db | New-OscSnapshot -SnapshotName before-upgrade
    $snapshot | Out-Host
    if ($exports) {
        Invoke-Lun $db 'write -P 0x22 0 64k', 'flush'
    }
    $clone = $snapshot | Invoke-OscClone -Name db01-test
    $clone | Out-Host
    if ($exports) {
        $clone | Grant-OscStorageElementAccess -AccessGroup hosts-a
        Invoke-Lun $clone 'read -P 0x11 0 64k'
        'proved: the clone holds what was written before the snapshot'
        Invoke-Lun $db 'read -P 0x22 0 64k'
        'proved: the LUN holds what was written after the snapshot'
    }

    Write-Step 'Grow the LUN'
    $db | Resize-OscStorageElement -Size 128MB | Out-Host
    Assert-Equal 128MB (Get-OscStorageElement -Name db01 -StorageServer $server).SizeBytes 'the size of db01'

    Write-Step 'List everything'
    Get-OscStorageElement -StorageServer $server | Out-Host
    Get-OscSnapshot -StorageServer $server | Out-Host

    Write-Step 'Remove what is not needed any more'
    if ($exports) {
        $clone, $db | Revoke-OscStorageElementAccess -AccessGroup hosts-a -Confirm:$false
        Remove-OscAccessGroup -Name hosts-a -StorageServer $server -Confirm:$false
    }
    $clone | Remove-OscStorageElement -Confirm:$false
    $snapshot | Remove-OscSnapshot -Confirm:$false
    Get-OscStorageElement -StorageServer $server | Remove-OscStorageElement -Confirm:$false
    Assert-Equal 0 @(Get-OscStorageElement -StorageServer $server).Count 'the number of LUNs left'
}
finally {
    if ($registered) {
        Unregister-OscStorageServer $server
    }
    if ($tgtd) {
        if (-not $tgtd.HasExited) {
            $tgtd.Kill()
        }
        $tgtd.WaitForExit()
    }
    bash (Join-Path $PSScriptRoot 'ceph-cluster.sh') down $cluster
    [IO.Directory]::Delete($folder, $true)
}

''
'Done: everything worked, and everything is cleaned up.'
