<#
.SYNOPSIS
    Builds, tests and packages StorageConnect.
.DESCRIPTION
    Needs the .NET 10 SDK. What needs more (Pester) says so when it isn't there.
.EXAMPLE
    ./build.ps1 -Task Build, Test
.EXAMPLE
    ./build.ps1 -Task Package -Configuration Release
#>
[CmdletBinding()]
param(
    # What to do, in this order.
    [ValidateSet('Clean', 'Build', 'Test', 'Package')]
    [string[]] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release',

    # Shell and tests on Microsoft.PowerShell.SDK in place of System.Management.Automation, where the registry has it.
    [switch] $PowerShellSdk
)

$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot
$solution = Join-Path $root 'StorageConnect.sln'
$staged = Join-Path $root 'out' 'StorageConnect'
$properties = @("-p:PowerShellSdk=$($PowerShellSdk.IsPresent.ToString().ToLowerInvariant())")

function Invoke-DotNet {
    & dotnet @args
    if ($LASTEXITCODE -ne 0) {
        throw "dotnet $($args -join ' ') failed with exit code $LASTEXITCODE."
    }
}

function Invoke-Clean {
    Invoke-DotNet clean $solution --configuration $Configuration --verbosity quiet
    $out = Join-Path $root 'out'
    if (Test-Path $out) {
        Remove-Item $out -Recurse -Force
    }
}

function Invoke-Build {
    Invoke-DotNet build $solution --configuration $Configuration @properties
}

function Invoke-Test {
    Push-Location $root # global.json there chooses the test runner.
    try {
        Invoke-DotNet test --configuration $Configuration @properties
    }
    finally {
        Pop-Location
    }
    Invoke-Acceptance
}

function Invoke-Acceptance {
    $tests = Join-Path $root 'tests' 'Acceptance'
    if (-not (Get-Module Pester -ListAvailable | Where-Object Version -GE '5.0')) {
        Write-Warning "Skipped the acceptance tests in ${tests}: Pester 5 is not installed (Install-PSResource Pester)."
        return
    }

    # In a fresh process: a module that is loaded can't be replaced by the one just built.
    $command = "Import-Module Pester -MinimumVersion 5.0; Invoke-Pester -Path '$tests' -CI"
    & (Get-Process -Id $PID).Path -NoProfile -Command $command
    if ($LASTEXITCODE -ne 0) {
        throw 'Acceptance tests failed.'
    }
}

function Invoke-Package {
    Invoke-Build
    $version = (Import-PowerShellDataFile (Join-Path $root 'StorageConnect.psd1')).ModuleVersion
    $packages = New-Item (Join-Path $root 'out' 'packages') -ItemType Directory -Force
    $zip = Join-Path $packages "StorageConnect.$version.zip"
    if (Test-Path $zip) {
        Remove-Item $zip
    }
    [IO.Compression.ZipFile]::CreateFromDirectory($staged, $zip, 'Optimal', $true)
    Get-Item $zip
}

foreach ($name in 'Clean', 'Build', 'Test', 'Package') {
    if ($name -in $Task) {
        & "Invoke-$name"
    }
}
