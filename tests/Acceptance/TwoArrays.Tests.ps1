#Requires -Version 7.6
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# A second array comes: whose element is whose, in one pipeline.

BeforeAll {
    . (Join-Path $PSScriptRoot 'TemporaryArray.ps1')
    $array = New-TemporaryArray
    $pool = (New-Item (Join-Path $array.Settings 'second pool') -ItemType Directory).FullName
    $null = Register-OscStorageServer -Name second -Plugin Local -StorageType SAN -ExtraInfo "Pool=$pool"
}

AfterAll {
    Unregister-OscStorageServer second
    Remove-TemporaryArray $array
}

Describe 'Two arrays' {
    BeforeEach {
        $here = New-OscStorageElement -Name db01, here -Size 1MB -StorageServer lab
        $there = New-OscStorageElement -Name db01, there -Size 1MB -StorageServer second
    }

    AfterEach {
        Clear-TemporaryArray
    }

    It 'are both asked when none is named' {
        (Get-OscStorageElement).StorageServerName | Sort-Object | Should -Be 'lab', 'lab', 'second', 'second'
        (Get-OscStorageElement there).StorageServerName | Should -Be 'second'
        (Get-OscStatus db01).StorageServerName | Sort-Object | Should -Be 'lab', 'second'
    }

    It 'are never chosen from when something is to be changed' {
        { New-OscStorageElement new 1MB -ErrorAction Stop } | Should -Throw -ErrorId 'StorageServerNeeded,StorageConnect.Commands.NewOscStorageElementCommand'
        { Remove-OscStorageElement db01 -Confirm:$false -ErrorAction Stop } | Should -Throw "*'lab'*'second'*"
        @(Get-OscStorageElement).Count | Should -Be 4
    }

    It 'change their own elements in one pipeline, in its order' {
        $changed = $there[0], $here[0], $there[1] | Resize-OscStorageElement -Size 2MB
        $changed.StorageServerName | Should -Be 'second', 'lab', 'second'
        $changed.Uuid | Should -Be $there[0].Uuid, $here[0].Uuid, $there[1].Uuid
    }

    It 'go on when one element of many is wrong' {
        $there[0] | Remove-OscStorageElement -Confirm:$false
        $here[0], $there[0], $there[1] | Resize-OscStorageElement -Size 2MB -ErrorVariable failed -ErrorAction SilentlyContinue |
            ForEach-Object Name | Should -Be 'db01', 'there'
        $failed.Count | Should -Be 1
        $failed[0].CategoryInfo.Category | Should -Be 'ObjectNotFound'
        $failed[0].TargetObject.Uuid | Should -Be $there[0].Uuid
    }

    It 'take a server by name, by Uuid, in any case, as a record, and from the pipeline' {
        $server = Get-OscStorageServer second
        'second', 'SECOND', $server.Uuid, $server | ForEach-Object { (Get-OscStorageElement th* -StorageServer $_).Name } | Should -Be (@('there') * 4)
        ($server | Get-OscStorageElement th*).Name | Should -Be 'there'
        ($server | New-OscStorageElement new 1MB).StorageServerName | Should -Be 'second'
    }

    It 'name the element and its server together, where something is asked' {
        (Get-OscStatus db01 -StorageServer second).StorageServerName | Should -Be 'second'
        Get-OscSnapshot -StorageElement db01 -StorageServer second -ErrorAction Stop | Should -BeNullOrEmpty
        { Get-OscStatus here -StorageServer second -ErrorAction Stop } | Should -Throw -ErrorId 'StorageElementNotFound,*'
    }

    It 'give each piped server what is made on it' {
        (Get-OscStorageServer | New-OscAccessGroup web -Initiator 50:01:43:80:12:34:56:78).StorageServerName | Sort-Object | Should -Be 'lab', 'second'
        (Get-OscStorageElement db01 | Grant-OscStorageElementAccess -AccessGroup web -PassThru).AccessGroupNames | Should -Be 'web', 'web'
    }

    It 'refuse a group of another array' {
        $group = New-OscAccessGroup web -StorageServer second
        { $here[0] | Grant-OscStorageElementAccess -AccessGroup $group -ErrorAction Stop } | Should -Throw -ErrorId 'AccessGroupOnOtherServer,*'
    }
}
