<#
.SYNOPSIS
    Takes elements out of use in two steps, so that there is a way back.
.DESCRIPTION
    First, without -Permanently: each element is set offline and taken away from all its access groups. Its data and snapshots stay. If somebody
    calls, the way back is Enable-OscStorageElement and Grant-OscStorageElementAccess; the output tells the groups it had. An element that can't be
    set offline, because it is open or its array has no such thing, is an error, and stays as it is.

    Later, with -Permanently: elements that are offline and presented to nobody are removed with their data, and with -IncludeSnapshot their
    snapshots before them. An element that is online, presented or open is refused, also under -WhatIf: it is in use again, or was never retired.

    Clones of a retired element are elements in their own right, and stay.
.PARAMETER Name
    The elements. Wildcards are allowed.
.PARAMETER StorageServer
    The storage server, by name. All registered ones, if left out.
.PARAMETER Permanently
    Remove what was retired before. This can't be undone.
.PARAMETER IncludeSnapshot
    With -Permanently: remove the elements' snapshots too. Without it an element that has snapshots is refused.
.OUTPUTS
    One object for each element: Element, Uuid, State, AccessGroup (those it was presented to) and SizeBytes. State is Retired, Removed, or Offline
    where the array failed to take it away from all groups.
.EXAMPLE
    ./Remove-RetiredElement.ps1 -Name app03-* | Export-Csv retired.csv

    Takes them out of use, and keeps a list of who could see them. Each is asked about first.
.EXAMPLE
    ./Remove-RetiredElement.ps1 -Name app03-* -Permanently -IncludeSnapshot -WhatIf

    Some weeks later: shows what would be removed.
#>

#Requires -Version 7.6
#Requires -Modules StorageConnect

[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High', DefaultParameterSetName = 'Retire')]
param(
    [Parameter(Mandatory, Position = 0)]
    [SupportsWildcards()]
    [string[]] $Name,

    # An empty name would mean all servers.
    [ValidateNotNullOrEmpty()]
    [string] $StorageServer,

    [Parameter(Mandatory, ParameterSetName = 'Remove')]
    [switch] $Permanently,

    [Parameter(ParameterSetName = 'Remove')]
    [switch] $IncludeSnapshot
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

function Write-Result($Element, [string] $State) {
    [pscustomobject]@{
        Element     = $Element.Name
        Uuid        = $Element.Uuid
        State       = $State
        AccessGroup = $Element.AccessGroupNames -join ' '
        SizeBytes   = $Element.SizeBytes
    }
}

function Suspend-Element($Element) {
    if (-not $PSCmdlet.ShouldProcess("$Element ($($Element.StorageServerName))", 'Set offline and take away from all hosts')) {
        return
    }

    # The answer may have taken its time: the groups are those of now. Offline first: where that fails, nothing has changed.
    $Element = Get-OscStorageElement -InputObject $Element
    Disable-OscStorageElement $Element -Confirm:$false
    try {
        if ($Element.AccessGroupNames) {
            Revoke-OscStorageElementAccess $Element -AccessGroup $Element.AccessGroupNames -Confirm:$false
        }
    }
    catch {
        # Some groups may be gone from it already: the output is the only list of them.
        Write-Result $Element 'Offline'
        throw
    }
    Write-Result $Element 'Retired'
}

# Refuses an element that may not go. Returns the snapshots that go before it.
function Assert-Retired($Element) {
    $Element = Get-OscStorageElement -InputObject $Element
    if ($Element.State -ne 'Offline' -or $Element.AccessGroupNames) {
        throw "'$Element' is $($Element.State) and presented to $($Element.AccessGroupNames.Count) groups: it is in use. Run without -Permanently first."
    }

    $snapshots = @(Get-OscSnapshot -InputObject $Element)
    if ($snapshots -and -not $IncludeSnapshot) {
        throw "'$Element' has $($snapshots.Count) snapshots. Use -IncludeSnapshot to remove them too."
    }

    # One that holds other elements as well is not this one's alone.
    $shared = $snapshots | Where-Object { $_.SourceUuids.Count -gt 1 }
    if ($shared) {
        throw "'$($shared[0])' is a snapshot of several elements, '$Element' among them. Remove it by hand if none of them needs it."
    }

    try {
        # Snapshots go before their element: nothing else may hold it then, such as a process that has it open.
        if ($snapshots -or $WhatIfPreference) {
            Remove-OscStorageElement $Element -WhatIf
        }
    }
    catch {
        if ($_.FullyQualifiedErrorId -notlike 'StorageElementHasSnapshots,*') {
            throw
        }
    }
    $snapshots
}

function Remove-Element($Element) {
    $null = Assert-Retired $Element
    if (-not $PSCmdlet.ShouldProcess("$Element ($($Element.StorageServerName))", 'Remove with its data, for ever')) {
        return
    }

    $removed = @()
    try {
        # Again: the answer may have taken its time.
        foreach ($snapshot in Assert-Retired $Element) {
            Remove-OscSnapshot $snapshot -Confirm:$false
            $removed += $snapshot.Name
        }
        Remove-OscStorageElement $Element -Confirm:$false
    }
    catch {
        if ($removed) {
            Write-Warning "'$Element' is still there, but its snapshots '$($removed -join "', '")' are removed."
        }
        throw
    }
    Write-Result $Element 'Removed'
}

$server = $PSBoundParameters.ContainsKey('StorageServer') ? @{ StorageServer = $StorageServer } : @{}
$failed = 0
$problems = @()
$elements = @(Get-OscStorageElement -Name $Name @server -ErrorAction SilentlyContinue -ErrorVariable problems)
foreach ($problem in $problems | Where-Object { $_ -is [Management.Automation.ErrorRecord] }) {
    # A name that isn't there, or a server that can't be reached: the others go on.
    $failed++
    $ErrorActionPreference = 'Continue'
    $PSCmdlet.WriteError($problem)
    $ErrorActionPreference = 'Stop'
}

foreach ($element in $elements) {
    try {
        if ($Permanently) {
            Remove-Element $element
        }
        else {
            Suspend-Element $element
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
    throw "$failed of the servers or elements failed: the error of each says why, and the output what was done."
}
