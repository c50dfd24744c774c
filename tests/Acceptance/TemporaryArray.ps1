# What every story begins and ends with: the packaged module, and an array on a pool and with settings of its own. Nothing of the user's is touched.
# STORAGECONNECT_MODULE names another copy of the module, such as an installed one.

$root = Split-Path (Split-Path $PSScriptRoot)
$runbooks = Join-Path $root 'docs' 'runbooks'
$module = $env:STORAGECONNECT_MODULE ? $env:STORAGECONNECT_MODULE : (Join-Path $root 'out' 'StorageConnect' 'StorageConnect.psd1')
Import-Module $module

function New-TemporaryArray {
    $settings = [IO.Directory]::CreateTempSubdirectory('storage-connect-').FullName
    $before = @{}
    foreach ($variable in 'XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_DATA_HOME') {
        $before[$variable] = [Environment]::GetEnvironmentVariable($variable)
        [Environment]::SetEnvironmentVariable($variable, $settings)
    }
    $pool = (New-Item (Join-Path $settings 'pool') -ItemType Directory).FullName
    $null = Register-OscStorageServer -Name lab -Plugin Local -StorageType SAN -ExtraInfo "Pool=$pool"
    [pscustomobject]@{
        Settings    = $settings
        Pool        = $pool
        Before      = $before
        # On file systems without reflinks, copies are made of offline elements only.
        OfflineOnly = (Get-OscCapability).Snapshot -eq 'Offline'
    }
}

function Remove-TemporaryArray($Array) {
    Unregister-OscStorageServer lab
    foreach ($variable in $Array.Before.Keys) {
        [Environment]::SetEnvironmentVariable($variable, $Array.Before[$variable])
    }
    Remove-Item $Array.Settings -Recurse -Force
}

# Each test leaves the array as it found it.
function Clear-TemporaryArray {
    Get-OscOperation | Wait-OscOperation | Out-Null
    Get-OscStorageElement | Where-Object AccessGroupNames | ForEach-Object {
        $_ | Revoke-OscStorageElementAccess -AccessGroup $_.AccessGroupNames -Confirm:$false
    }
    Get-OscSnapshot | Remove-OscSnapshot -Confirm:$false
    Get-OscStorageElement | Remove-OscStorageElement -Confirm:$false
    Get-OscAccessGroup | Remove-OscAccessGroup -Confirm:$false
}

# Runs what copies an element, with the element offline where the pool wants that.
function Invoke-Copy($Array, $Element, [scriptblock] $Work) {
    if ($Array.OfflineOnly) {
        $Element | Disable-OscStorageElement -Confirm:$false
    }
    try {
        & $Work
    }
    finally {
        if ($Array.OfflineOnly) {
            $Element | Enable-OscStorageElement
        }
    }
}

function Write-Lun($Element, [string] $Text) {
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
}

function Read-Lun($Element, [int] $Length) {
    $path = ($Element | Update-OscStorageElement).DevicePaths[0]
    [Text.Encoding]::UTF8.GetString((Get-Content $path -AsByteStream -TotalCount $Length))
}

# What another PowerShell like this one says to commands, without profile; without -Asking it knows that there is nobody to ask.
function Invoke-Fresh([string] $Command, [switch] $Asking) {
    # Where pwsh is a .NET tool, its process is dotnet with pwsh.dll.
    $program = (Get-Process -Id $PID).Path
    [string[]] $library = if ([IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet') { Join-Path $PSHOME pwsh.dll }
    [string[]] $mode = if (-not $Asking) { '-NonInteractive' }
    $said = $null | & $program @library -NoProfile @mode -Command $Command 2>&1
    if ($LASTEXITCODE -ne 0) {
        throw "$said"
    }
    $said
}
