#Requires -Version 7.6
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# A newcomer has installed the module, and finds out at the prompt what there is.

BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'TemporaryArray.ps1')
    $cmdlets = (Get-Command -Module StorageConnect -CommandType Cmdlet).Name
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'TemporaryArray.ps1')
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
            Set-ItResult -Skipped -Because 'it is not installed: StoryTests installs the package first'
        }
        Invoke-Fresh '(Get-Command New-OscStorageElement).Module.Path; (Get-Module StorageConnect -ListAvailable).Count' |
            Should -Be ($module -replace 'psd1$', 'dll'), 1
    }
}

Describe 'The package' {
    BeforeAll {
        $packages = $env:STORAGECONNECT_PACKAGES ? $env:STORAGECONNECT_PACKAGES : (Join-Path $root 'out' 'packages')

        # A home of its own, so that neither the user's repositories nor the user's modules are met.
        function Invoke-InOwnHome([string] $Command) {
            $before = @{}
            foreach ($variable in 'HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME', 'XDG_CACHE_HOME') {
                $before[$variable] = [Environment]::GetEnvironmentVariable($variable)
                [Environment]::SetEnvironmentVariable($variable, $variable -eq 'HOME' ? "$TestDrive" : $null)
            }
            try {
                Invoke-Fresh $Command
            }
            finally {
                foreach ($variable in $before.Keys) {
                    [Environment]::SetEnvironmentVariable($variable, $before[$variable])
                }
            }
        }
    }

    BeforeEach {
        if (-not (Test-Path (Join-Path $packages '*.nupkg'))) {
            Set-ItResult -Skipped -Because 'it is not made yet: build.ps1 -Task Package makes it'
        }
    }

    It 'is found in its folder, installed from there, and works' {
        Invoke-InOwnHome @"
            `$ErrorActionPreference = 'Stop'
            Register-PSResourceRepository -Name folder -Uri '$packages' -Trusted
            (Find-PSResource StorageConnect -Repository folder).Name
            Install-PSResource StorageConnect -Repository folder -Scope CurrentUser
            `$installed = Get-Module StorageConnect -ListAvailable | Where-Object Path -Like "`$HOME/*"
            `$installed.Count
            Import-Module `$installed.Path
            (Get-Command -Module StorageConnect).Count -eq (`$installed.ExportedCmdlets.Count + `$installed.ExportedAliases.Count)
            (Get-OscPlugin Local).State
            Uninstall-PSResource StorageConnect
"@ | Should -Be 'StorageConnect', 1, $true, 'Ready'
    }

    It 'can be published again from where it is installed' {
        Invoke-InOwnHome @"
            `$ErrorActionPreference = 'Stop'
            `$gallery = (New-Item "`$HOME/gallery" -ItemType Directory).FullName
            Register-PSResourceRepository -Name gallery -Uri `$gallery -Trusted
            Publish-PSResource -Path '$(Split-Path $module)' -Repository gallery
            `$found = Find-PSResource StorageConnect -Repository gallery
            `$found.Name
            `$found.LicenseUri.OriginalString
"@ | Should -Be (@('StorageConnect') + (Import-PowerShellDataFile $module).PrivateData.PSData['LicenseUri'])
    }

    It 'is small, and holds nothing that only its makers need' {
        $package = Get-Item (Join-Path $packages '*.nupkg')
        $package.Length | Should -BeLessThan 10MB
        $files = [IO.Compression.ZipFile]::OpenRead($package)
        try {
            $names = $files.Entries.FullName
        }
        finally {
            $files.Dispose()
        }
        $names | Should -Contain 'LICENSE'
        $names | Should -Contain 'THIRD-PARTY-NOTICES.txt'
        $names | Where-Object { $_ -match '/native/' } | ForEach-Object { $_.Split('/')[-3] } | Should -Be 'linux-arm64', 'linux-x64', 'win-x64'
        # The contract's comments are for authors of plug-ins.
        $expected = '-Help\.xml$|^StorageConnect\.Abstractions\.xml$|^\[Content_Types\]\.xml$'
        $names | Where-Object { $_ -match '\.(pdb|xml|dev\.json|runtimeconfig\.json)$' -and $_ -notmatch $expected } | Should -BeNullOrEmpty
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
