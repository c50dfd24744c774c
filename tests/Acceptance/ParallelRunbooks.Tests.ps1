#Requires -Version 7.6
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# Several runbooks at once, in runspaces, jobs and other processes, on one array.

BeforeAll {
    . (Join-Path $PSScriptRoot 'TemporaryArray.ps1')
    $array = New-TemporaryArray
}

AfterAll {
    Remove-TemporaryArray $array
}

Describe 'Parallel runbooks' {
    AfterEach {
        Clear-TemporaryArray
    }

    It 'creates, presents and reads in parallel runspaces, and nothing is lost' {
        $null = New-OscAccessGroup -Name hosts-a -Initiator 50:01:43:80:12:34:56:78
        $made = 1..12 | ForEach-Object -ThrottleLimit 4 -Parallel {
            Import-Module $using:module
            New-OscStorageElement -Name ('lun{0:d2}' -f $_) -Size 1MB | Grant-OscStorageElementAccess -AccessGroup hosts-a -PassThru
        }
        $made.Count | Should -Be 12
        $all = Get-OscStorageElement lun* | Sort-Object Name
        $all.Name | Should -Be (1..12 | ForEach-Object { 'lun{0:d2}' -f $_ })
        ($all.Page83Id | Sort-Object -Unique).Count | Should -Be 12
        $all.AccessGroupNames | Should -Be (@('hosts-a') * 12)
    }

    It 'lets exactly one of several have a name' {
        $outcomes = 1..6 | ForEach-Object -ThrottleLimit 6 -Parallel {
            Import-Module $using:module
            try {
                $null = New-OscStorageElement -Name db01 -Size 1MB -ErrorAction Stop
                'made'
            }
            catch {
                $_.FullyQualifiedErrorId -replace ',.*'
            }
        }
        @($outcomes -eq 'made').Count | Should -Be 1
        @($outcomes -eq 'StorageElementExists').Count | Should -Be 5
    }

    It 'works in thread jobs, and their records are the real ones' {
        if (-not (Get-Command Start-ThreadJob -ErrorAction Ignore)) {
            Set-ItResult -Skipped -Because 'Start-ThreadJob is not installed'
        }
        $jobs = 'db01', 'db02' | ForEach-Object {
            $name = $_
            Start-ThreadJob { Import-Module $using:module; New-OscStorageElement -Name $using:name -Size 1MB }
        }
        $records = $jobs | Receive-Job -Wait -AutoRemoveJob -ErrorAction Stop
        $records | Should -BeOfType StorageConnect.StorageElement
        $records | Resize-OscStorageElement -Size 2MB | ForEach-Object SizeBytes | Should -Be 2MB, 2MB
    }

    It 'works in jobs, which are processes of their own, and what they return can be piped on' {
        $jobs = 'db01', 'db02' | ForEach-Object {
            Start-Job -ArgumentList $module, $_ { param($module, $name) Import-Module $module; New-OscStorageElement -Name $name -Size 1MB }
        }
        $records = $jobs | Receive-Job -Wait -AutoRemoveJob -ErrorAction Stop
        ($records | Sort-Object Name).Name | Should -Be 'db01', 'db02'
        $records | Resize-OscStorageElement -Size 2MB | ForEach-Object SizeBytes | Should -Be 2MB, 2MB
    }

    It 'begins several copies at once and waits for all' {
        $sources = New-OscStorageElement -Name db01, db02, db03 -Size 16MB
        $sources | ForEach-Object { Write-Lun $_ "I am $_" }
        $clones = Invoke-Copy $array $sources {
            $begun = $sources | ForEach-Object { $_ | Invoke-OscClone -Name "$_-test" -NoWait }
            $begun | Should -BeOfType StorageConnect.OscOperation
            $begun | Wait-OscOperation
        }
        ($clones | Sort-Object Name).Name | Should -Be 'db01-test', 'db02-test', 'db03-test'
        $clones | ForEach-Object { Read-Lun $_ 9 | Should -Be "I am $($_.Name -replace '-test')" }
    }

    It 'finishes in one process what another one began' {
        $db = New-OscStorageElement -Name db01 -Size 16MB
        $done = Invoke-Copy $array $db {
            $id = Start-Job -ArgumentList $module { param($module) Import-Module $module; (Invoke-OscClone db01 -Name db01-test -NoWait).Id } |
                Receive-Job -Wait -AutoRemoveJob -ErrorAction Stop
            Wait-OscOperation $id
        }
        $done.Name | Should -Be 'db01-test'
        Get-OscOperation | Should -BeNullOrEmpty
    }
}
