<#
.SYNOPSIS
    Runs one story with Pester, and writes the result of each test to a file as JSON.
.DESCRIPTION
    StoryTests runs it in a fresh pwsh for each story. STORAGECONNECT_MODULE and STORAGECONNECT_PACKAGES name the installed module and the folder
    with its package.
.PARAMETER Story
    The path of the story, a *.Tests.ps1 file.
.PARAMETER Pester
    The path of Pester's manifest.
.PARAMETER Result
    The file to write: a list of objects with Name, Result (Passed, Failed, Skipped, NotRun) and Message.
#>
param(
    [Parameter(Mandatory)] [string] $Story,
    [Parameter(Mandatory)] [string] $Pester,
    [Parameter(Mandatory)] [string] $Result
)

$ErrorActionPreference = 'Stop'
Import-Module $Pester
$run = Invoke-Pester -Configuration @{
    Run    = @{ Path = $Story; PassThru = $true }
    Output = @{ Verbosity = 'None'; RenderMode = 'Plaintext' }
}

function Get-Message($Errors) {
    @($Errors | ForEach-Object { "$($_.DisplayErrorMessage ?? $_)`n$($_.DisplayStackTrace)" }) -join "`n"
}

$tests = @(
    foreach ($test in $run.Tests) {
        [ordered]@{ Name = $test.ExpandedPath; Result = [string] $test.Result; Message = Get-Message $test.ErrorRecord }
    }
    # What failed outside of a test: the file itself, a BeforeAll or an AfterAll.
    foreach ($block in $run.FailedBlocks) {
        [ordered]@{ Name = "$($block.ExpandedPath) (setup or teardown)"; Result = 'Failed'; Message = Get-Message $block.ErrorRecord }
    }
    foreach ($container in $run.FailedContainers) {
        [ordered]@{ Name = "$($container.Item.Name) (discovery)"; Result = 'Failed'; Message = Get-Message $container.ErrorRecord }
    }
)
ConvertTo-Json -InputObject $tests -Depth 3 | Set-Content -LiteralPath $Result
