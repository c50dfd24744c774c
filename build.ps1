<#
.SYNOPSIS
    Builds, tests and packages StorageConnect.
.DESCRIPTION
    Needs the .NET 10 SDK, and a PowerShell 7.6 such as the one that the SDK runs as a tool.

    Clean       removes what was built
    Build       builds everything, and stages the module in out/StorageConnect
    Quickstart  builds, then runs docs/examples/quickstart.ps1 in a fresh process on the staged module, with settings and a pool of its own
    Help        brings docs/cmdlets in line with the cmdlets, and makes the help that is shipped (src/StorageConnect/en-US) from them
    Test        dotnet test: all tests, the stories of tests/Acceptance on the packaged module included
    Package     packs in the Release configuration into out/packages: the module, StorageConnect.<version>.nupkg and .zip, and for authors of plug-ins
                StorageConnect.Abstractions and StorageConnect.Conformance, which has the template
.EXAMPLE
    dotnet tool exec --yes PowerShell ./build.ps1 Quickstart

    Builds the module and does the main job with it, on a machine with nothing but the .NET SDK.
.EXAMPLE
    ./build.ps1 -Task Build, Test

    The same tasks from a PowerShell prompt.
#>
[CmdletBinding()]
param(
    # The tasks, done in the order of the list above.
    [Parameter(Position = 0, ValueFromRemainingArguments)]
    [ArgumentCompletions('Clean', 'Build', 'Quickstart', 'Help', 'Test', 'Package')]
    [string[]] $Task = 'Build',

    # What Clean, Build, Quickstart and Test work on.
    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Debug'
)

$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot
$solution = Join-Path $root 'StorageConnect.sln'

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

# Runs a block with environment variables, which have their old values afterwards.
function Invoke-With([hashtable] $Variable, [scriptblock] $Block) {
    $before = $Variable.Keys | ForEach-Object { , @($_, [Environment]::GetEnvironmentVariable($_)) }
    try {
        $Variable.GetEnumerator() | ForEach-Object { [Environment]::SetEnvironmentVariable($_.Key, $_.Value) }
        & $Block
    }
    finally {
        # NullString: a plain $null becomes an empty text, and the variable stays.
        $before | ForEach-Object { [Environment]::SetEnvironmentVariable($_[0], ($_[1] ?? [NullString]::Value)) }
    }
}

function Invoke-Build {
    # A compiler with its analyzers is done a fifth sooner when it collects garbage every 256 MB only, and does not count what to optimize.
    Invoke-With @{ DOTNET_GCgen0size = '0x10000000'; DOTNET_TieredPGO = '0' } {
        Invoke-DotNet build $solution --configuration $Configuration
    }
}

function Invoke-Test {
    Push-Location $root # global.json there chooses the test runner.
    try {
        Invoke-DotNet test --configuration $Configuration
    }
    finally {
        Pop-Location
    }
}

# In a fresh process, always: a module that is loaded can't be replaced by the one just built.
function Invoke-PowerShell([string[]] $Arguments) {
    # Where pwsh is a .NET tool, its process is dotnet with pwsh.dll.
    $program = (Get-Process -Id $PID).Path
    [string[]] $library = if ([IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet') { Join-Path $PSHOME pwsh.dll }
    & $program @library -NoProfile @Arguments
    if ($LASTEXITCODE -ne 0) {
        throw "pwsh $Arguments failed with exit code $LASTEXITCODE."
    }
}

function Invoke-Quickstart {
    Invoke-Build
    # Registered servers of the user are neither seen nor changed.
    $settings = [IO.Directory]::CreateTempSubdirectory('storage-connect-').FullName
    try {
        Invoke-With @{ XDG_CONFIG_HOME = $settings; XDG_STATE_HOME = $settings; XDG_DATA_HOME = $settings } {
            Invoke-PowerShell '-File', (Join-Path $root 'docs' 'examples' 'quickstart.ps1')
        }
    }
    finally {
        Remove-Item $settings -Recurse -Force
    }
}

function Invoke-Help {
    Invoke-Build
    Invoke-PowerShell '-File', (Join-Path $root 'docs' 'cmdlets' 'Update-Help.ps1'), '-Module', (Join-Path $root 'out' 'StorageConnect' 'StorageConnect.psd1'),
        '-Maml', (Join-Path $root 'src' 'StorageConnect' 'en-US' 'StorageConnect.dll-Help.xml')
}

function Invoke-Package {
    # Builds everything in this configuration, and packs what the build staged, with code for the usual processors.
    Invoke-DotNet pack $solution --configuration Release '-p:Precompile=true'
    Get-Item (Join-Path $root 'out' 'packages' "StorageConnect*.$(Get-ModuleVersion).*")
}

function Get-ModuleVersion {
    (Import-PowerShellDataFile (Join-Path $root 'StorageConnect.psd1')).ModuleVersion
}

$tasks = 'Clean', 'Build', 'Quickstart', 'Help', 'Test', 'Package'
# Another shell hands over a list as one word, or as words with the commas left on.
$Task = @(($Task -split ',').Trim()) -ne ''
$unknown = $Task | Where-Object { $_ -notin $tasks }
if ($unknown -or -not $Task) {
    throw "There is no task '$($unknown -join "', '")'. There are: $($tasks -join ', ')."
}

foreach ($name in $tasks) {
    if ($name -in $Task) {
        & "Invoke-$name"
    }
}
