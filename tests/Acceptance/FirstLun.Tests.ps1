#Requires -Version 7.6
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# An administrator's first hour: from a bare folder to a cloned LUN, on the packaged module.

BeforeAll {
    . (Join-Path $PSScriptRoot 'TemporaryArray.ps1')
    $array = New-TemporaryArray
}

AfterAll {
    Remove-TemporaryArray $array
}

Describe 'A first LUN' {
    BeforeEach {
        $db = New-OscStorageElement -Name db01 -Size 64MB
    }

    AfterEach {
        Clear-TemporaryArray
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
        $snapshot = Invoke-Copy $array $db { $db | New-OscSnapshot -SnapshotName before-upgrade }
        $snapshot.Type | Should -Be 'Snapshot'
        $snapshot.SourceUuids | Should -Be $db.Uuid
        $clone = Invoke-Copy $array $db { $snapshot | Invoke-OscClone -Name db01-test }
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
        $file = Join-Path $array.Settings 'db01.xml'
        $db | Export-Clixml $file
        (Import-Clixml $file | Resize-OscStorageElement -Size 128MB).Uuid | Should -Be $db.Uuid
    }

    It 'is still that element when only some of its properties were selected' {
        ($db | Select-Object Uuid, Name, Type, StorageServerUuid, SizeBytes | Resize-OscStorageElement -Size 128MB).Uuid | Should -Be $db.Uuid
        ($db | Select-Object * | Get-OscStatus).StorageElementName | Should -Be 'db01'
    }

    It 'goes into a job and comes back from one as the element it was' {
        $grown = Start-Job { Import-Module $using:module; $using:db | Resize-OscStorageElement -Size 128MB } | Receive-Job -Wait -AutoRemoveJob
        $grown.pstypenames | Should -Contain 'Deserialized.StorageConnect.StorageElement'
        ($grown | Resize-OscStorageElement -Size 256MB).Uuid | Should -Be $db.Uuid
    }
}
