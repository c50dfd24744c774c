#Requires -Version 7.6
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# An application is switched off: its LUNs are retired first, and removed when nobody has missed them (docs/runbooks/Remove-RetiredElement.ps1).

BeforeAll {
    . (Join-Path $PSScriptRoot 'TemporaryArray.ps1')
    $array = New-TemporaryArray
}

AfterAll {
    Remove-TemporaryArray $array
}

Describe 'Decommissioning' {
    BeforeAll {
        function Invoke-Retirement {
            & (Join-Path $runbooks 'Remove-RetiredElement.ps1') -Confirm:$false @args
        }
    }

    BeforeEach {
        $app, $data = New-OscStorageElement -Name app03-root, app03-data -Size 16MB
        $other = New-OscStorageElement -Name db01 -Size 16MB
        $null = New-OscAccessGroup -Name app-hosts -Initiator 50:01:43:80:12:34:56:78
        $app, $data, $other | Grant-OscStorageElementAccess -AccessGroup app-hosts
        Write-Lun $data 'ten years of mail'
    }

    AfterEach {
        Clear-TemporaryArray
    }

    It 'retires: no host sees them any more, and they are offline' {
        $retired = Invoke-Retirement app03-*
        $retired.Element | Should -Be 'app03-data', 'app03-root'
        $retired.AccessGroup | Should -Be 'app-hosts', 'app-hosts'
        Get-OscStorageElement app03-* | ForEach-Object {
            $_.State | Should -Be 'Offline'
            $_.AccessGroupNames | Should -BeNullOrEmpty
        }
        (Get-OscStorageElement db01).AccessGroupNames | Should -Be 'app-hosts'
    }

    It 'has a way back with all data, from the list that was kept' {
        $file = Join-Path $array.Settings 'retired.csv'
        Invoke-Retirement app03-* | Export-Csv $file
        Import-Csv $file | ForEach-Object {
            Enable-OscStorageElement $_.Uuid
            Grant-OscStorageElementAccess $_.Uuid -AccessGroup ($_.AccessGroup -split ' ')
        }
        (Get-OscStorageElement app03-data).AccessGroupNames | Should -Be 'app-hosts'
        Read-Lun $data 17 | Should -Be 'ten years of mail'
    }

    It 'removes for ever what was retired, and nothing else' {
        $null = Invoke-Retirement app03-*
        (Invoke-Retirement app03-* -Permanently).State | Should -Be 'Removed', 'Removed'
        (Get-OscStorageElement).Name | Should -Be 'db01'
    }

    It 'never removes what is in use' {
        { Invoke-Retirement app03-* -Permanently -ErrorAction SilentlyContinue } | Should -Throw '2 of the servers or elements failed*'
        (Get-OscStorageElement app03-*).Count | Should -Be 2
    }

    It 'removes snapshots only when told to' {
        Invoke-Copy $array $data { $data | New-OscSnapshot -SnapshotName last-state }
        $null = Invoke-Retirement app03-data
        { Invoke-Retirement app03-data -Permanently -ErrorAction SilentlyContinue } | Should -Throw '1 of the servers or elements failed*'
        Get-OscSnapshot last-state | Should -Not -BeNullOrEmpty
        (Invoke-Retirement app03-data -Permanently -IncludeSnapshot).State | Should -Be 'Removed'
        Get-OscSnapshot | Should -BeNullOrEmpty
    }

    It 'leaves a snapshot alone that holds other elements too' {
        $app, $data | Disable-OscStorageElement -Confirm:$false
        $null = $app, $data | New-OscSnapshot -Group -SnapshotName both
        $null = Invoke-Retirement app03-*
        { Invoke-Retirement app03-data -Permanently -IncludeSnapshot -ErrorAction SilentlyContinue } | Should -Throw '1 of the servers or elements failed*'
        Get-OscSnapshot both | Should -Not -BeNullOrEmpty
    }

    It 'leaves clones alone: they are elements in their own right' {
        $clone = Invoke-Copy $array $data { $data | Invoke-OscClone -Name mail-archive }
        $null = Invoke-Retirement app03-data
        $null = Invoke-Retirement app03-data -Permanently
        Read-Lun $clone 17 | Should -Be 'ten years of mail'
    }

    It 'changes nothing under -WhatIf' {
        Invoke-Retirement app03-* -WhatIf
        (Get-OscStorageElement app03-*).State | Should -Be 'Online', 'Online'
    }

    It 'forgets the array, and touches nothing on it' {
        $pool = (New-Item (Join-Path $array.Settings 'other-pool') -ItemType Directory).FullName
        $null = Register-OscStorageServer -Name old-array -Plugin Local -StorageType SAN -ExtraInfo "Pool=$pool"
        $null = New-OscStorageElement -Name kept -Size 1MB -StorageServer old-array
        Unregister-OscStorageServer old-array
        (Get-OscStorageServer).Name | Should -Be 'lab'
        $null = Register-OscStorageServer -Name again -Plugin Local -StorageType SAN -ExtraInfo "Pool=$pool"
        try {
            (Get-OscStorageElement -StorageServer again).Name | Should -Be 'kept'
        }
        finally {
            Unregister-OscStorageServer again
        }
    }
}
