#Requires -Version 7.6
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# A newcomer has installed the module, and finds out at the prompt what there is.

BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'TemporaryArray.ps1')
    $cmdlets = (Get-Command -Module StorageConnect -CommandType Cmdlet).Name
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'TemporaryArray.ps1')

    function Invoke-Fresh([string] $Command) {
        $output = & (Get-Process -Id $PID).Path -NoProfile -Command $Command 2>&1
        if ($LASTEXITCODE -ne 0) {
            throw "$output"
        }
        $output
    }
}

Describe 'The installed module' {
    It 'has a manifest without a fault' {
        $manifest = Test-ModuleManifest $module -WarningVariable warned -ErrorAction Stop
        $warned | Should -BeNullOrEmpty
        $manifest.Name | Should -Be 'StorageConnect'
        $manifest.CompatiblePSEditions | Should -Be 'Core'
        $manifest.Tags | Should -Not -BeNullOrEmpty
        $manifest.LicenseUri | Should -Not -BeNullOrEmpty
        $manifest.ReleaseNotes | Should -Not -BeNullOrEmpty
    }

    It 'exports every cmdlet of its assembly, its alias, and nothing else' {
        $exported = Get-Command -Module StorageConnect
        $exported.Count | Should -BeGreaterThan 40
        ($exported | Where-Object CommandType -EQ Cmdlet).Name | Sort-Object | Should -Be ((Get-Module StorageConnect).ExportedCmdlets.Keys | Sort-Object)
        $exported | Where-Object CommandType -NE Cmdlet | ForEach-Object Name | Should -Be 'New-OscClone'
    }

    It 'is imported in strict mode' {
        Invoke-Fresh "Set-StrictMode -Version Latest; `$ErrorActionPreference = 'Stop'; Import-Module '$module'; (Get-Command -Module StorageConnect).Count" |
            Should -BeGreaterThan 40
    }

    It 'is imported with a prefix, and its cmdlets work under it' {
        Invoke-Fresh "`$ErrorActionPreference = 'Stop'; Import-Module '$module' -Prefix My; (Get-MyOscPlugin Local).State" | Should -Be 'Ready'
    }

    It 'leaves nothing behind in the session when it is removed' {
        Invoke-Fresh "Import-Module '$module'; Remove-Module StorageConnect; @(Get-Command *-Osc* -ListImported).Count" | Should -Be 0
    }

    It 'is found by its name where it lies in a module path' {
        if (-not $env:STORAGECONNECT_MODULE) {
            Set-ItResult -Skipped -Because 'it is not installed: build.ps1 -Task Acceptance installs the package first'
        }
        Invoke-Fresh '(Get-Command New-OscStorageElement).Module.Path; (Get-Module StorageConnect -ListAvailable).Count' |
            Should -Be ($module -replace 'psd1$', 'dll'), 1
    }
}

Describe 'Get-Help' {
    It 'tells all about <_>' -ForEach $cmdlets {
        $help = Get-Help $_ -Full
        $help.Synopsis | Should -BeLike '*.'
        $help.Description.Text | Should -Not -BeNullOrEmpty
        @($help.Examples.Example).Count | Should -BeGreaterOrEqual 2
        $help.Examples.Example | ForEach-Object {
            $_.Code | Should -Not -BeNullOrEmpty
            $_.Remarks.Text | Should -Not -BeNullOrEmpty
        }
        $help.Parameters.Parameter | Where-Object Name | ForEach-Object { $_.Description.Text | Should -Not -BeNullOrEmpty -Because "-$($_.Name) is a parameter" }
        ($help | Out-String) | Should -Not -Match '\{\{|```'
    }

    It 'has the topic <_>' -ForEach 'about_StorageConnect', 'about_StorageConnect_Host', 'about_StorageConnect_Troubleshooting' {
        Get-Help $_ | Should -BeLike "TOPIC*$_*LONG DESCRIPTION*"
    }
}
