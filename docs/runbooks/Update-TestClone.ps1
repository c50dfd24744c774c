<#
.SYNOPSIS
    Gives test hosts a fresh copy of a production element.
.DESCRIPTION
    Clones production as <name>.<UTC time>, presents the clone to the test hosts' groups, and then takes the earlier copies away and removes them.
    Production itself is never presented, resized, rolled back or removed.

    The new copy is complete before an old one is touched: when anything fails until then, the test hosts keep what they had. Only elements whose
    names this script gives are ever removed, and none that has snapshots of its own.

    Some arrays copy offline elements only (Get-OscCapability says Offline). With -AllowOffline production is taken offline for as long as the
    clone takes; without it, that is an error. Unmount it on its hosts first.
.PARAMETER Production
    The element to copy, by name.
.PARAMETER Name
    What the copies are called: each gets this name, a dot and the time.
.PARAMETER AccessGroup
    The groups of test hosts. They must exist already.
.PARAMETER StorageServer
    The storage server, by name. May be left out when no other registered one has an element of that name.
.PARAMETER BeforeSwap
    What to do on the test hosts before the old copy goes, such as stopping the database and unmounting. If it fails, the old copy stays.
.PARAMETER AfterSwap
    What to do when the new copy is in place. It gets the new element as its argument.
.PARAMETER AllowOffline
    Take production offline for the time of the copy, where the array can't do it otherwise.
.OUTPUTS
    StorageConnect.StorageElement: the new copy.
.EXAMPLE
    ./Update-TestClone.ps1 -Production db01 -Name db01-test -AccessGroup test-hosts

    The first time, and each time after it. Asks before it exchanges the copies; -Confirm:$false doesn't.
.EXAMPLE
    $stop = { ssh test01 'systemctl stop postgresql && umount /srv/db' }
    ./Update-TestClone.ps1 db01 db01-test test-hosts -BeforeSwap $stop -Confirm:$false

    From a scheduler. When ssh or what it runs fails, the old copy stays.
#>

#Requires -Version 7.6
#Requires -Modules StorageConnect

[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
param(
    [Parameter(Mandatory, Position = 0)]
    [ValidateNotNullOrEmpty()]
    [string] $Production,

    [Parameter(Mandatory, Position = 1)]
    [ValidateLength(1, 200)]
    [string] $Name,

    [Parameter(Mandatory, Position = 2)]
    [ValidateNotNullOrEmpty()]
    [string[]] $AccessGroup,

    # An empty name would mean all servers.
    [ValidateNotNullOrEmpty()]
    [string] $StorageServer,

    [ValidateNotNull()]
    [scriptblock] $BeforeSwap,

    [ValidateNotNull()]
    [scriptblock] $AfterSwap,

    [switch] $AllowOffline
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $true # A failing ssh in -BeforeSwap stops the swap.

$server = $PSBoundParameters.ContainsKey('StorageServer') ? @{ StorageServer = $StorageServer } : @{}
# Literally: a name may hold characters that Get-OscStorageElement takes for wildcards. Another server that is down is a warning.
$source = @(Get-OscStorageElement -Name ([WildcardPattern]::Escape($Production)) @server)
if ($source.Count -ne 1) {
    throw "$($source.Count) elements are called '$Production', and one is needed. Get-OscStorageElement lists them; -StorageServer says which array."
}

$source = $source[0]
$server = @{ StorageServer = $source.StorageServerUuid }
$known = @(Get-OscAccessGroup @server | ForEach-Object { $_.Name })
$missing = $AccessGroup | Where-Object { $_ -cnotin $known }
if ($missing) {
    throw "There is no access group '$($missing -join "', '")' on '$($source.StorageServerName)'. New-OscAccessGroup makes one."
}

$copies = '^{0}\.\d{{8}}-\d{{6}}-\d{{3}}$' -f [regex]::Escape($Name)
$old = @(Get-OscStorageElement @server | Where-Object { $_.Name -cmatch $copies -and $_.Uuid -ne $source.Uuid })
foreach ($copy in $old) {
    if (Get-OscSnapshot -InputObject $copy) {
        throw "'$copy' has snapshots, so it can't be replaced. Remove them first if nobody needs them: Get-OscSnapshot -InputObject '$copy'."
    }
}

$takeOffline = (Get-OscCapability @server).Clone -eq 'Offline' -and $source.State -eq 'Online'
if ($takeOffline -and -not $AllowOffline) {
    throw "'$($source.StorageServerName)' clones offline elements only. Unmount '$Production' on its hosts and use -AllowOffline."
}

$replaced = $old ? "and remove '$($old -join "', '")'" : 'for the first time'
if (-not $PSCmdlet.ShouldProcess("$Name ($($source.StorageServerName))", "Copy '$Production', present it to '$($AccessGroup -join "', '")', $replaced")) {
    return
}

$stamp = [DateTime]::UtcNow.ToString('yyyyMMdd-HHmmss-fff', [CultureInfo]::InvariantCulture)
if ($takeOffline) {
    Disable-OscStorageElement $source -Confirm:$false
}

try {
    $new = Invoke-OscClone $source -Name "$Name.$stamp" -Confirm:$false
}
finally {
    if ($takeOffline) {
        Enable-OscStorageElement $source -Confirm:$false
    }
}

try {
    if ($BeforeSwap) {
        $null = & $BeforeSwap
    }
}
catch {
    # Nobody has seen the new copy yet; the hosts keep the old one.
    Remove-OscStorageElement $new -Confirm:$false
    throw
}

$new = Grant-OscStorageElementAccess $new -AccessGroup $AccessGroup -Confirm:$false -PassThru
foreach ($copy in $old) {
    if ($copy.AccessGroupNames) {
        Revoke-OscStorageElementAccess $copy -AccessGroup $copy.AccessGroupNames -Confirm:$false
    }
    Remove-OscStorageElement $copy -Confirm:$false
}

if ($AfterSwap) {
    $null = & $AfterSwap $new
}

$new
