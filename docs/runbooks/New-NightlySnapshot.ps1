<#
.SYNOPSIS
    Makes a snapshot of each matching element, and keeps the newest few.
.DESCRIPTION
    For a scheduler. Each element gets a snapshot named <element>.<prefix>.<UTC time>. When it is made, older ones of the same element and prefix
    go, until -Keep are left. Snapshots that carry another name are never touched, and nothing is removed of an element whose new snapshot failed.

    One element's failure is an error, and the others go on; so is a name that isn't there, and a server that can't be reached. The script fails at
    the end if any did, so that pwsh -File returns exit code 1.

    What goes is decided by when the array made a snapshot, in whatever order it lists them. The snapshot just made always stays. Snapshots whose
    name or time is in the future count as the newest, and a warning tells which.

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

    # An empty name would mean all servers.
    [ValidateNotNullOrEmpty()]
    [string] $StorageServer,

    [ValidateRange(1, 1000)]
    [int] $Keep = 7,

    [ValidatePattern('^[A-Za-z0-9_-]{1,32}$')]
    [string] $Prefix = 'nightly',

    [switch] $AllowOffline
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

$failed = 0
function Write-Failure($ErrorRecord) {
    $script:failed++
    $ErrorActionPreference = 'Continue' # One failure, not the end of the run.
    $PSCmdlet.WriteError($ErrorRecord)
}

# A server that is down or a name that is wrong is an error of its own; the others get their snapshot.
$server = $PSBoundParameters.ContainsKey('StorageServer') ? @{ StorageServer = $StorageServer } : @{}
$problems = @()
$elements = @(Get-OscStorageElement -Name $Name @server -ErrorAction SilentlyContinue -ErrorVariable problems)
foreach ($problem in $problems | Where-Object { $_ -is [Management.Automation.ErrorRecord] }) {
    Write-Failure $problem
}
if (-not $elements -and -not $failed) {
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

# The snapshots of this element and prefix that may go, the oldest first, when $Keep stay.
function Get-OldSnapshot($Element, [int] $Keep) {
    $own = '^{0}\.{1}\.(\d{{8}}-\d{{6}}-\d{{3}})$' -f [regex]::Escape($Element.Name), $Prefix
    $now = [DateTime]::UtcNow.AddMinutes(5).ToString('yyyyMMdd-HHmmss-fff', [CultureInfo]::InvariantCulture)
    $past = @()
    foreach ($snapshot in Get-OscSnapshot -InputObject $Element | Where-Object Name -CMatch $own) {
        if ($snapshot.Name -cmatch $own -and [string]::CompareOrdinal($Matches[1], $now) -gt 0) {
            Write-Warning "The snapshot '$snapshot' has a time in the future in its name. It counts as one of the newest."
            $Keep--
        }
        else {
            $past += $snapshot
        }
    }

    if ($past) {
        $Keep = [Math]::Max($Keep, 0)
        $Keep ? ($past | Get-OscSnapshot -KeepLast $Keep) : ($past | Sort-Object CreatedAt)
    }
}

foreach ($element in $elements) {
    try {
        if (-not $PSCmdlet.ShouldProcess("$element ($($element.StorageServerName))", "Make a $Prefix snapshot, keep $Keep")) {
            foreach ($old in Get-OldSnapshot $element ($Keep - 1)) { # and the new one
                $null = $PSCmdlet.ShouldProcess("$old", 'Remove snapshot')
            }
            continue
        }

        $made = New-TimedSnapshot $element
        # Whatever the clocks say, the snapshot just made stays.
        $removed = foreach ($old in Get-OldSnapshot $element $Keep | Where-Object Uuid -NE $made.Uuid) {
            Remove-OscSnapshot $old -Confirm:$false
            $old.Name
        }
        [pscustomobject]@{
            Element  = $element.Name
            Snapshot = $made.Name
            Removed  = @($removed)
        }
    }
    catch {
        Write-Failure $_
    }
}

if ($failed) {
    throw "$failed of the servers or elements have no new snapshot, or kept too many old ones."
}
