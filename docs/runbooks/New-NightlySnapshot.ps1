<#
.SYNOPSIS
    Makes a snapshot of each matching element, and keeps the newest few.
.DESCRIPTION
    For a scheduler. Each element gets a snapshot named <element>.<prefix>.<UTC time>. When it is made, older ones of the same element and prefix
    go, until -Keep are left. Snapshots that carry another name are never touched, and nothing is removed of an element whose new snapshot failed.

    One element's failure is an error, and the others go on. The script fails at the end if any did, so that pwsh -File returns exit code 1.

    Some arrays copy offline elements only (Get-OscCapability says Offline). With -AllowOffline such an element is taken offline for as long as
    its copy takes; without it, it is an error. Unmount it on its hosts first.
.PARAMETER Name
    The elements. Wildcards are allowed.
.PARAMETER StorageServer
    The storage server, by name. All registered ones, if left out.
.PARAMETER Keep
    How many snapshots of each element to keep, the new one included: 1 to 1000.
.PARAMETER Prefix
    The middle of the snapshots' names. Give hourly, nightly and weekly runs a prefix each, and each keeps its own number.
.PARAMETER AllowOffline
    Take an element offline for the time of its copy, where the array can't do it otherwise.
.OUTPUTS
    One object for each element: Element, Snapshot (its name) and Removed (names).
.EXAMPLE
    ./New-NightlySnapshot.ps1 -Name db* -StorageServer lab -Keep 14

    Keeps two weeks of all databases, when it runs once a night.
.EXAMPLE
    ./New-NightlySnapshot.ps1 -Name db01 -Prefix hourly -Keep 24 -WhatIf

    Shows what would be made and removed.
#>

#Requires -Version 7.6
#Requires -Modules StorageConnect

[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory, Position = 0)]
    [SupportsWildcards()]
    [string[]] $Name,

    [string] $StorageServer,

    [ValidateRange(1, 1000)]
    [int] $Keep = 7,

    [ValidatePattern('^[A-Za-z0-9_-]{1,32}$')]
    [string] $Prefix = 'nightly',

    [switch] $AllowOffline
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$server = $StorageServer ? @{ StorageServer = $StorageServer } : @{}
$elements = @(Get-OscStorageElement -Name $Name @server)
if (-not $elements) {
    throw "No storage element matches '$($Name -join "', '")'. Get-OscStorageElement lists those there are."
}

function New-TimedSnapshot($Element) {
    $stamp = [DateTime]::UtcNow.ToString('yyyyMMdd-HHmmss-fff', [CultureInfo]::InvariantCulture)
    $made = @{ InputObject = $Element; SnapshotName = "$($Element.Name).$Prefix.$stamp"; Confirm = $false }
    $capability = Get-OscCapability -StorageServer $Element.StorageServerUuid
    if ($capability.Snapshot -ne 'Offline' -or $Element.State -eq 'Offline') {
        return New-OscSnapshot @made
    }

    if (-not $AllowOffline) {
        throw "'$($Element.StorageServerName)' makes snapshots of offline elements only. Unmount '$($Element.Name)' on its hosts and use -AllowOffline."
    }

    Disable-OscStorageElement $Element -Confirm:$false
    try {
        New-OscSnapshot @made
    }
    finally {
        Enable-OscStorageElement $Element -Confirm:$false
    }
}

function Get-TimedSnapshot($Element) {
    # The time is written so that the oldest comes first when sorted by name.
    $own = '^{0}\.{1}\.\d{{8}}-\d{{6}}-\d{{3}}$' -f [regex]::Escape($Element.Name), $Prefix
    $snapshots = @(Get-OscSnapshot -InputObject $Element | Where-Object Name -CMatch $own)
    [array]::Sort([string[]] @($snapshots | ForEach-Object { $_.Name }), $snapshots)
    $snapshots
}

$failed = 0
foreach ($element in $elements) {
    try {
        if (-not $PSCmdlet.ShouldProcess("$element ($($element.StorageServerName))", "Make a $Prefix snapshot, keep $Keep")) {
            $stay = $Keep - 1 # and the new one
            $existing = @(Get-TimedSnapshot $element)
            for ($i = 0; $i -lt $existing.Count - $stay; $i++) {
                $null = $PSCmdlet.ShouldProcess("$($existing[$i])", 'Remove snapshot')
            }
            continue
        }

        $snapshot = New-TimedSnapshot $element
        $existing = @(Get-TimedSnapshot $element)
        $removed = for ($i = 0; $i -lt $existing.Count - $Keep; $i++) {
            Remove-OscSnapshot $existing[$i] -Confirm:$false
            $existing[$i].Name
        }
        [pscustomobject]@{
            Element  = $element.Name
            Snapshot = $snapshot.Name
            Removed  = @($removed)
        }
    }
    catch {
        $failed++
        $ErrorActionPreference = 'Continue' # One element's error, not the end of the run.
        $PSCmdlet.WriteError($_)
        $ErrorActionPreference = 'Stop'
    }
}

if ($failed) {
    throw "$failed of $($elements.Count) elements have no new snapshot, or kept too many old ones."
}
