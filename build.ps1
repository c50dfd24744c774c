<#
.SYNOPSIS
    Builds, tests and packages StorageConnect.
.DESCRIPTION
    Needs the .NET 10 SDK. What needs more (Pester, Microsoft.PowerShell.PlatyPS) says so when it isn't there, and is skipped.

    Build       builds all, and stages the module in out/StorageConnect
    Help        makes the help that is shipped (src/StorageConnect/en-US) from docs/cmdlets; see docs/cmdlets/README.md
    Test        runs the tests that need the SDK alone
    Package     packs the module: out/packages/StorageConnect.<version>.nupkg and .zip
    Acceptance  installs the package in a folder of its own and runs the stories of tests/Acceptance on it
.EXAMPLE
    ./build.ps1 -Task Build, Test
.EXAMPLE
    ./build.ps1 -Task Package, Acceptance
.EXAMPLE
    pwsh ./build.ps1 Package Acceptance

    The same from another shell.
#>
[CmdletBinding()]
param(
    # What to do: Clean, Build, Help, Test, Package, Acceptance; done in this order.
    [Parameter(Position = 0, ValueFromRemainingArguments)]
    [ArgumentCompletions('Clean', 'Build', 'Help', 'Test', 'Package', 'Acceptance')]
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
}

# In a fresh process, always: a module that is loaded can't be replaced by the one just built.
function Invoke-PowerShell([string] $Command) {
    # Where pwsh is a .NET tool, its process is dotnet with pwsh.dll.
    $program = (Get-Process -Id $PID).Path
    [string[]] $library = if ([IO.Path]::GetFileNameWithoutExtension($program) -eq 'dotnet') { Join-Path $PSHOME pwsh.dll }
    & $program @library -NoProfile -Command $Command
    if ($LASTEXITCODE -ne 0) {
        throw "pwsh -Command '$Command' failed with exit code $LASTEXITCODE."
    }
}

function Test-Installed([string] $Module, [version] $Version, [string] $Purpose) {
    if (Get-Module $Module -ListAvailable | Where-Object Version -GE $Version) {
        return $true
    }
    Write-Warning "Skipped ${Purpose}: $Module $Version is not installed (Install-PSResource $Module)."
}

function Invoke-Help {
    if (-not (Test-Installed Microsoft.PowerShell.PlatyPS 1.0.0 'the help')) {
        return
    }
    $cmdlets = Join-Path $root 'docs' 'cmdlets'
    $made = [IO.Directory]::CreateTempSubdirectory('storage-connect-').FullName
    try {
        Invoke-PowerShell @"
            `$ErrorActionPreference = 'Stop'
            Import-Module Microsoft.PowerShell.PlatyPS
            Import-MarkdownCommandHelp -Path '$cmdlets/*-*.md' | Export-MamlCommandHelp -OutputFolder '$made' -Force | Out-Null
"@
        $help = [xml] (Get-Content (Join-Path $made 'StorageConnect' 'StorageConnect.dll-Help.xml') -Raw)
        Update-Maml $help
        $help.Save((Join-Path $root 'src' 'StorageConnect' 'en-US' 'StorageConnect.dll-Help.xml'))
    }
    finally {
        Remove-Item $made -Recurse -Force
    }
}

# PlatyPS leaves Markdown in what it makes. Get-Help has places of its own for code, and shows backticks as they are.
function Update-Maml([xml] $Help) {
    $maml = 'http://schemas.microsoft.com/maml/2004/10'
    $names = [Xml.XmlNamespaceManager]::new($Help.NameTable)
    $names.AddNamespace('maml', $maml)
    $names.AddNamespace('command', 'http://schemas.microsoft.com/maml/dev/command/2004/10')
    $names.AddNamespace('dev', 'http://schemas.microsoft.com/maml/dev/2004/10')
    foreach ($example in $Help.SelectNodes('//command:example', $names)) {
        $introduction = $example.SelectSingleNode('maml:introduction', $names)
        $paragraphs = @($introduction.SelectNodes('maml:para', $names))
        $introduction.RemoveAll()
        foreach ($paragraph in $paragraphs | Where-Object InnerText -NE ([string] [char] 0x80)) {
            if ($paragraph.InnerText -match '(?s)^```powershell\s*\n(.*?)\s*```$') {
                $example.SelectSingleNode('dev:code', $names).InnerText = $Matches[1]
            }
            else {
                $null = $example.SelectSingleNode('dev:remarks', $names).AppendChild($paragraph)
            }
        }
    }
    foreach ($paragraph in $Help.SelectNodes('//maml:para', $names)) {
        $paragraph.InnerText = $paragraph.InnerText.Replace('`', '')
    }
    foreach ($link in $Help.SelectNodes('//maml:navigationLink', $names)) {
        # A page of the sources is nothing that a reader of Get-Help could open.
        if ($link.SelectSingleNode('maml:linkText', $names).InnerText -eq 'Online Version') {
            $null = $link.ParentNode.RemoveChild($link)
        }
        else {
            $link.SelectSingleNode('maml:uri', $names).InnerText = ''
        }
    }
}

function Invoke-Package {
    # Builds all, in this configuration, and packs what the build staged.
    Invoke-DotNet pack $solution --configuration $Configuration @properties
    Get-Item (Join-Path $root 'out' 'packages' "StorageConnect.$(Get-ModuleVersion).*")
}

function Get-ModuleVersion {
    (Import-PowerShellDataFile (Join-Path $root 'StorageConnect.psd1')).ModuleVersion
}

function Invoke-Acceptance {
    if (-not (Test-Installed Pester 5.0 'the acceptance stories')) {
        return
    }
    $version = Get-ModuleVersion
    $package = Join-Path $root 'out' 'packages' "StorageConnect.$version.nupkg"
    if (-not (Test-Path $package)) {
        throw "There is no ${package}: run ./build.ps1 -Task Package first."
    }

    # Where Install-PSResource puts it, but in a module path of its own.
    $modules = [IO.Directory]::CreateTempSubdirectory('storage-connect-').FullName
    $path, $module = $env:PSModulePath, $env:STORAGECONNECT_MODULE
    try {
        $installed = Join-Path $modules 'StorageConnect' $version
        [IO.Compression.ZipFile]::ExtractToDirectory($package, $installed)
        # What is the package's and not the module's, as Install-PSResource leaves it out.
        '_rels', 'package', '[Content_Types].xml', 'StorageConnect.nuspec' |
            ForEach-Object { Remove-Item -LiteralPath (Join-Path $installed $_) -Recurse -Force }
        $env:PSModulePath = $modules + [IO.Path]::PathSeparator + $path
        $env:STORAGECONNECT_MODULE = Join-Path $installed 'StorageConnect.psd1'
        # All of them, whatever fails.
        $failed = foreach ($story in Get-ChildItem (Join-Path $root 'tests' 'Acceptance' '*.Tests.ps1')) {
            try {
                Invoke-PowerShell "Import-Module Pester -MinimumVersion 5.0; Invoke-Pester -Configuration @{ Run = @{ Path = '$story'; Exit = `$true } }" | Out-Host
            }
            catch {
                $story.BaseName -replace '\.Tests$'
            }
        }
        if ($failed) {
            throw "Stories that failed: $($failed -join ', ')."
        }
    }
    finally {
        $env:PSModulePath, $env:STORAGECONNECT_MODULE = $path, $module
        Remove-Item $modules -Recurse -Force
    }
}

$tasks = 'Clean', 'Build', 'Help', 'Test', 'Package', 'Acceptance'
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
