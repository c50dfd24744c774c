#Requires -Version 7.6
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# The nightly job: a snapshot of each database, and only the newest few are kept (docs/runbooks/New-NightlySnapshot.ps1).

BeforeAll {
    . (Join-Path $PSScriptRoot 'TemporaryArray.ps1')
    $array = New-TemporaryArray
}

AfterAll {
    Remove-TemporaryArray $array
}

Describe 'The nightly snapshot runbook' {
    BeforeAll {
        function Invoke-Nightly {
            & (Join-Path $runbooks 'New-NightlySnapshot.ps1') -AllowOffline @args
        }
    }

    BeforeEach {
        $db01, $db02, $app = New-OscStorageElement -Name db01, db02, app01 -Size 16MB
    }

    AfterEach {
        Clear-TemporaryArray
    }

    It 'makes a snapshot of each element that matches, and of no other' {
        $made = Invoke-Nightly db*
        $made.Element | Should -Be 'db01', 'db02'
        (Get-OscSnapshot -InputObject $db01).Name | Should -Match '^db01\.nightly\.\d{8}-\d{6}-\d{3}$'
        (Get-OscSnapshot -InputObject $db02).Name | Should -Be $made[1].Snapshot
        Get-OscSnapshot -InputObject $app | Should -BeNullOrEmpty
    }

    It 'keeps the newest, and removes the oldest' {
        $runs = 1..4 | ForEach-Object { Invoke-Nightly db01 -Keep 2 }
        (Get-OscSnapshot -InputObject $db01).Name | Sort-Object | Should -Be $runs[2, 3].Snapshot
        $runs[3].Removed | Should -Be $runs[1].Snapshot
    }

    It 'keeps what it did not make: snapshots with other names, other prefixes, of other elements' {
        Invoke-Copy $array $db01 { $db01 | New-OscSnapshot -SnapshotName db01.nightly.before-upgrade }
        $hourly = Invoke-Nightly db01 -Prefix hourly
        $other = Invoke-Nightly db02
        $nightly = 1..2 | ForEach-Object { Invoke-Nightly db01 -Keep 1 }
        (Get-OscSnapshot).Name | Sort-Object |
            Should -Be (@('db01.nightly.before-upgrade', $hourly.Snapshot, $other.Snapshot, $nightly[1].Snapshot) | Sort-Object)
    }

    It 'leaves the elements online, with the state they had' {
        $db02 | Disable-OscStorageElement -Confirm:$false
        $null = Invoke-Nightly db*
        (Get-OscStorageElement db01).State | Should -Be 'Online'
        (Get-OscStorageElement db02).State | Should -Be 'Offline'
    }

    It 'goes on after a failure, fails at the end, and removes nothing of the element that failed' {
        $null = Invoke-Nightly db*
        $path = ($db01 | Update-OscStorageElement).DevicePaths[0]
        $file = [IO.File]::Open($path, 'Open', 'ReadWrite', 'ReadWrite') # In use: it can't go offline.
        try {
            if (-not $array.OfflineOnly) {
                Set-ItResult -Skipped -Because 'this pool makes snapshots of elements in use, so nothing fails'
            }
            { Invoke-Nightly db* -Keep 1 -ErrorAction SilentlyContinue } | Should -Throw '1 of the servers or elements have no new snapshot*'
        }
        finally {
            $file.Dispose()
        }
        @(Get-OscSnapshot -InputObject $db01).Count | Should -Be 1
        @(Get-OscSnapshot -InputObject $db02).Count | Should -Be 1
        (Get-OscStorageElement db01).State | Should -Be 'Online'
    }

    It 'takes nothing offline unless it is allowed to' {
        if (-not $array.OfflineOnly) {
            Set-ItResult -Skipped -Because 'this pool makes snapshots of elements that are online'
        }
        { & (Join-Path $runbooks 'New-NightlySnapshot.ps1') db01 -ErrorAction SilentlyContinue -ErrorVariable failed } | Should -Throw '1 of the servers or elements have no new snapshot*'
        Get-OscSnapshot | Should -BeNullOrEmpty
    }

    It 'shows with -WhatIf what it would do, and does nothing' {
        $null = Invoke-Nightly db01
        Invoke-Nightly db01 -Keep 1 -WhatIf | Should -BeNullOrEmpty
        @(Get-OscSnapshot).Count | Should -Be 1
    }

    It 'says so when no element matches' {
        { Invoke-Nightly nosuch* } | Should -Throw "No storage element matches 'nosuch*'*"
    }
}
