#Requires -Version 7.6
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# Test hosts get last night's production data (docs/runbooks/Update-TestClone.ps1).

BeforeAll {
    . (Join-Path $PSScriptRoot 'TemporaryArray.ps1')
    $array = New-TemporaryArray
}

AfterAll {
    Remove-TemporaryArray $array
}

Describe 'Refreshing a test database from production' {
    BeforeAll {
        function Invoke-Refresh {
            & (Join-Path $runbooks 'Update-TestClone.ps1') -Production db01 -Name db01-test -AccessGroup test-hosts -AllowOffline -Confirm:$false @args
        }
    }

    BeforeEach {
        $production = New-OscStorageElement -Name db01 -Size 16MB
        $null = New-OscAccessGroup -Name production-hosts -Initiator 50:01:43:80:12:34:56:78
        $null = New-OscAccessGroup -Name test-hosts -Initiator 50:01:43:80:12:34:56:79
        $production | Grant-OscStorageElementAccess -AccessGroup production-hosts
        Write-Lun $production 'monday '
    }

    AfterEach {
        Clear-TemporaryArray
    }

    It 'gives the test hosts a copy with the bytes of production' {
        $copy = Invoke-Refresh
        $copy.AccessGroupNames | Should -Be 'test-hosts'
        Read-Lun $copy 7 | Should -Be 'monday '
    }

    It 'replaces the copy of last time' {
        $first = Invoke-Refresh
        Write-Lun $production 'tuesday'
        $second = Invoke-Refresh
        Read-Lun $second 7 | Should -Be 'tuesday'
        (Get-OscStorageElement db01-test*).Uuid | Should -Be $second.Uuid
        $second.Page83Id | Should -Not -Be $first.Page83Id
    }

    It 'leaves production online, presented as before, and with its own bytes, whatever the tests write' {
        Write-Lun (Invoke-Refresh) 'ruined!'
        $now = Get-OscStorageElement db01
        $now.State | Should -Be 'Online'
        $now.AccessGroupNames | Should -Be 'production-hosts'
        Read-Lun $production 7 | Should -Be 'monday '
    }

    It 'runs what was asked for before and after the exchange' {
        $null = Invoke-Refresh
        $log = [Collections.Generic.List[string]]::new()
        $new = Invoke-Refresh -BeforeSwap { $log.Add('stop') } -AfterSwap { param($element) $log.Add("start on $element") }
        $log | Should -Be 'stop', "start on $($new.Name)"
    }

    It 'keeps the old copy when the test hosts do not let go of it' {
        $old = Invoke-Refresh
        { Invoke-Refresh -BeforeSwap { throw 'the database does not stop' } } | Should -Throw 'the database does not stop'
        $now = Get-OscStorageElement db01-test*
        $now.Uuid | Should -Be $old.Uuid
        $now.AccessGroupNames | Should -Be 'test-hosts'
    }

    It 'makes no copy when <Reason>' -ForEach @(
        @{ Reason = 'a group is missing'; Arguments = @{ AccessGroup = 'nosuch' }; Message = "There is no access group 'nosuch'*" }
        @{ Reason = 'there is no production element'; Arguments = @{ Production = 'nosuch' }; Message = "There is no storage element 'nosuch'*" }
    ) {
        $call = @{ Production = 'db01'; Name = 'db01-test'; AccessGroup = 'test-hosts'; Confirm = $false } + @{}
        $Arguments.Keys | ForEach-Object { $call[$_] = $Arguments[$_] }
        { & (Join-Path $runbooks 'Update-TestClone.ps1') @call } | Should -Throw $Message
        (Get-OscStorageElement).Name | Should -Be 'db01'
    }

    It 'touches no element but its own copies, similar names or not' {
        $null = New-OscStorageElement -Name db01-test, db01-test.keep, 'db01-testing.20200101-000000-000' -Size 1MB
        $first = Invoke-Refresh
        $second = Invoke-Refresh
        (Get-OscStorageElement).Name | Sort-Object |
            Should -Be (@('db01', 'db01-test', 'db01-test.keep', 'db01-testing.20200101-000000-000', $second.Name) | Sort-Object)
    }

    It 'refuses to replace a copy that has snapshots of its own' {
        $copy = Invoke-Refresh
        Invoke-Copy $array $copy { $copy | New-OscSnapshot -SnapshotName mine }
        { Invoke-Refresh } | Should -Throw "'$copy' has snapshots*"
        (Get-OscStorageElement db01-test*).Uuid | Should -Be $copy.Uuid
    }

    It 'changes nothing under -WhatIf' {
        Invoke-Refresh -WhatIf | Should -BeNullOrEmpty
        (Get-OscStorageElement).Name | Should -Be 'db01'
    }
}
