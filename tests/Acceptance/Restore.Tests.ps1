#Requires -Version 7.6
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# Somebody dropped the wrong table: the way back from a snapshot.

BeforeAll {
    . (Join-Path $PSScriptRoot 'TemporaryArray.ps1')
    $array = New-TemporaryArray
}

AfterAll {
    Remove-TemporaryArray $array
}

Describe 'Disaster: restore' {
    BeforeEach {
        $db, $log = New-OscStorageElement -Name db01, db01-log -Size 16MB
        Write-Lun $db 'good'
        Write-Lun $log 'good'
        $snapshot = Invoke-Copy $array $db { $db | New-OscSnapshot -SnapshotName before-upgrade }
        Write-Lun $db 'lost'
    }

    AfterEach {
        Clear-TemporaryArray
    }

    It 'rolls the element back, and it is the same LUN to its hosts' {
        Get-OscSnapshot before-upgrade | Restore-OscSnapshot -StorageElement $db -Confirm:$false
        Read-Lun $db 4 | Should -Be 'good'
        (Get-OscStorageElement db01).Page83Id | Should -Be $db.Page83Id
    }

    It 'keeps the snapshot, so that it can be done again' {
        1..2 | ForEach-Object {
            Write-Lun $db 'lost'
            $snapshot | Restore-OscSnapshot -StorageElement $db -Confirm:$false
            Read-Lun $db 4 | Should -Be 'good'
        }
        Get-OscSnapshot before-upgrade | Should -Not -BeNullOrEmpty
    }

    It 'needs no more than the snapshot where it has one element' {
        $snapshot | Restore-OscSnapshot -Confirm:$false
        Read-Lun $db 4 | Should -Be 'good'
    }

    It 'does nothing to an element that somebody has open, and says so' {
        $path = ($db | Update-OscStorageElement).DevicePaths[0]
        $file = [IO.File]::Open($path, 'Open', 'ReadWrite', 'ReadWrite')
        try {
            $snapshot | Restore-OscSnapshot -StorageElement $db -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable failed
        }
        finally {
            $file.Dispose()
        }
        $failed[0].CategoryInfo.Category | Should -Be 'ResourceBusy'
        Read-Lun $db 4 | Should -Be 'lost'
    }

    It 'rolls back database and log together from one snapshot of both' {
        $both = Invoke-Copy $array ($db, $log) { $db, $log | New-OscSnapshot -Group -SnapshotName both }
        Write-Lun $db 'ruin'
        Write-Lun $log 'ruin'
        $both | Restore-OscSnapshot -AllMembers -Confirm:$false
        Read-Lun $db 4 | Should -Be 'lost'
        Read-Lun $log 4 | Should -Be 'good'
    }

    It 'says beforehand whether it would be safe' {
        $snapshot | Test-OscSnapshotRestore -StorageElement $db | Should -BeTrue
    }

    It 'brings one table back beside the damage: a clone of the snapshot, production untouched' {
        $rescue = Invoke-Copy $array $db { $snapshot | Invoke-OscClone -Name rescue }
        Read-Lun $rescue 4 | Should -Be 'good'
        Read-Lun $db 4 | Should -Be 'lost'
    }

    It 'changes nothing under -WhatIf' {
        $snapshot | Restore-OscSnapshot -StorageElement $db -WhatIf
        Read-Lun $db 4 | Should -Be 'lost'
    }
}
