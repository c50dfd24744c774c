<#
.SYNOPSIS
    Takes elements out of use in two steps, so that there is a way back.
.DESCRIPTION
    First, without -Permanently: each element is taken away from all its access groups and set offline. Its data and snapshots stay. If somebody
    calls, the way back is Enable-OscStorageElement and Grant-OscStorageElementAccess; the output tells the groups it had.

    Later, with -Permanently: elements that are offline and presented to nobody are removed with their data, and with -IncludeSnapshot their
    snapshots before them. An element that is online or presented is refused: it is in use again, or was never retired.

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
    One object for each element: Element, Uuid, State (Retired or Removed), AccessGroup (those it was presented to) and SizeBytes.
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

    [string] $StorageServer,

    [Parameter(Mandatory, ParameterSetName = 'Remove')]
    [switch] $Permanently,

    [Parameter(ParameterSetName = 'Remove')]
    [switch] $IncludeSnapshot
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'

function Suspend-Element($Element) {
    if ($Element.AccessGroupNames) {
        Revoke-OscStorageElementAccess $Element -AccessGroup $Element.AccessGroupNames -Confirm:$false
    }
    Disable-OscStorageElement $Element -Confirm:$false
}

function Remove-Element($Element) {
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

    foreach ($snapshot in $snapshots) {
        Remove-OscSnapshot $snapshot -Confirm:$false
    }
    Remove-OscStorageElement $Element -Confirm:$false
}

$server = $StorageServer ? @{ StorageServer = $StorageServer } : @{}
$action = $Permanently ? 'Remove with its data, for ever' : 'Take away from all hosts and set offline'
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
    if (-not $PSCmdlet.ShouldProcess("$element ($($element.StorageServerName))", $action)) {
        continue
    }

    try {
        if ($Permanently) {
            Remove-Element $element
        }
        else {
            Suspend-Element $element
        }
        [pscustomobject]@{
            Element     = $element.Name
            Uuid        = $element.Uuid
            State       = $Permanently ? 'Removed' : 'Retired'
            AccessGroup = $element.AccessGroupNames -join ' '
            SizeBytes   = $element.SizeBytes
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
    throw "$failed of the servers or elements failed: what was meant there is still there."
}
