#Requires -Version 7.6
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# An administrator's first hour: from a bare folder to a cloned LUN, on the packaged module.

BeforeAll {
    $root = Split-Path (Split-Path $PSScriptRoot)
    Import-Module (Join-Path $root 'out' 'StorageConnect' 'StorageConnect.psd1') -Force

    # Settings and a pool of its own: nothing of the user's is touched.
    $settings = [IO.Directory]::CreateTempSubdirectory('storage-connect-').FullName
    $before = @{}
    foreach ($variable in 'XDG_CONFIG_HOME', 'XDG_STATE_HOME', 'XDG_DATA_HOME') {
        $before[$variable] = [Environment]::GetEnvironmentVariable($variable)
        [Environment]::SetEnvironmentVariable($variable, $settings)
    }
    $pool = (New-Item (Join-Path $settings 'pool') -ItemType Directory).FullName
    $null = Register-OscStorageServer -Name lab -Plugin Local -StorageType SAN -ExtraInfo "Pool=$pool"
    $offlineOnly = (Get-OscCapability).Snapshot -eq 'Offline'
}

AfterAll {
    Unregister-OscStorageServer lab
    foreach ($variable in $before.Keys) {
        [Environment]::SetEnvironmentVariable($variable, $before[$variable])
    }
    Remove-Item $settings -Recurse -Force
}

Describe 'A first LUN' {
    BeforeEach {
        $db = New-OscStorageElement -Name db01 -Size 64MB
    }

    AfterEach {
        Get-OscStorageElement | Where-Object AccessGroupNames | ForEach-Object {
            $_ | Revoke-OscStorageElementAccess -AccessGroup $_.AccessGroupNames -Confirm:$false
        }
        Get-OscSnapshot | Remove-OscSnapshot -Confirm:$false
        Get-OscStorageElement | Remove-OscStorageElement -Confirm:$false
        Get-OscAccessGroup | Remove-OscAccessGroup -Confirm:$false
    }

    It 'is there, thin, online and with an identity that hosts know' {
        $db | Should -BeOfType StorageConnect.StorageElement
        $found = Get-OscStorageElement db01
        $found.SizeBytes | Should -Be 64MB
        $found.State | Should -Be 'Online'
        $found.ThinProvisioned | Should -BeTrue
        $found.Page83Id | Should -Match '^36[0-9a-f]{31}$'
    }

    It 'holds the bytes that are written to it' {
        $path = ($db | Update-OscStorageElement).DevicePaths[0]
        $file = [IO.File]::Open($path, 'Open', 'ReadWrite', 'ReadWrite')
        try {
            $file.Write([byte[]](1, 2, 3), 0, 3)
        }
        finally {
            $file.Dispose()
        }
        (Get-Item $path).Length | Should -Be 64MB
        Get-Content $path -AsByteStream -TotalCount 3 | Should -Be 1, 2, 3
    }

    It 'is presented to a group of hosts, and repeating that changes nothing' {
        $null = New-OscAccessGroup -Name hosts-a -Initiator 50:01:43:80:12:34:56:78
        $db | Grant-OscStorageElementAccess -AccessGroup hosts-a
        ($db | Grant-OscStorageElementAccess -AccessGroup hosts-a -PassThru).AccessGroupNames | Should -Be 'hosts-a'
    }

    It 'is not removed while it is presented' {
        $null = New-OscAccessGroup -Name hosts-a -Initiator 50:01:43:80:12:34:56:78
        $db | Grant-OscStorageElementAccess -AccessGroup hosts-a
        { $db | Remove-OscStorageElement -Confirm:$false -ErrorAction Stop } |
            Should -Throw -ErrorId 'StorageElementPresented,StorageConnect.Commands.RemoveOscStorageElementCommand'
        Get-OscStorageElement db01 | Should -Not -BeNullOrEmpty
    }

    It 'is cloned from a snapshot' {
        if ($offlineOnly) {
            $db | Disable-OscStorageElement -Confirm:$false
        }
        $snapshot = $db | New-OscSnapshot -SnapshotName before-upgrade
        $snapshot.Type | Should -Be 'Snapshot'
        $snapshot.SourceUuids | Should -Be $db.Uuid
        $clone = $snapshot | Invoke-OscClone -Name db01-test
        $clone.SizeBytes | Should -Be $db.SizeBytes
        $clone.Page83Id | Should -Not -Be $db.Page83Id
    }

    It 'grows, and shrinks only with -Force' {
        ($db | Resize-OscStorageElement -Size 128MB).SizeBytes | Should -Be 128MB
        $db | Resize-OscStorageElement -Size 64MB -ErrorVariable failed -ErrorAction SilentlyContinue
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'ShrinkNeedsForce,*'
        ($db | Resize-OscStorageElement -Size 64MB -Force).SizeBytes | Should -Be 64MB
    }

    It 'changes nothing under -WhatIf' {
        $db | Remove-OscStorageElement -WhatIf
        New-OscStorageElement -Name other -Size 1MB -WhatIf | Should -BeNullOrEmpty
        (Get-OscStorageElement).Name | Should -Be 'db01'
    }

    It 'comes back from a file as the element it was' {
        $file = Join-Path $settings 'db01.xml'
        $db | Export-Clixml $file
        (Import-Clixml $file | Resize-OscStorageElement -Size 128MB).Uuid | Should -Be $db.Uuid
    }

    It 'goes into a job and comes back from one as the element it was' {
        $module = Join-Path $root 'out' 'StorageConnect' 'StorageConnect.psd1'
        $grown = Start-Job { Import-Module $using:module; $using:db | Resize-OscStorageElement -Size 128MB } | Receive-Job -Wait -AutoRemoveJob
        $grown.pstypenames | Should -Contain 'Deserialized.StorageConnect.StorageElement'
        ($grown | Resize-OscStorageElement -Size 256MB).Uuid | Should -Be $db.Uuid
    }
}
