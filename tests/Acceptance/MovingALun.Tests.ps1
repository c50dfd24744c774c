#Requires -Version 7.6
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# A database moves to another cluster: its LUN goes from one group of hosts to another.

BeforeAll {
    . (Join-Path $PSScriptRoot 'TemporaryArray.ps1')
    $array = New-TemporaryArray
}

AfterAll {
    Remove-TemporaryArray $array
}

Describe 'Moving a LUN between groups' {
    BeforeEach {
        $db = New-OscStorageElement -Name db01 -Size 16MB
        $null = New-OscAccessGroup -Name old-cluster -Initiator 50:01:43:80:12:34:56:78, 50:01:43:80:12:34:56:79
        $null = New-OscAccessGroup -Name new-cluster -Initiator 50:01:43:80:12:34:56:7a
        $db | Grant-OscStorageElementAccess -AccessGroup old-cluster
    }

    AfterEach {
        Clear-TemporaryArray
    }

    It 'is seen by both for a moment, and then by the new one alone' {
        ($db | Grant-OscStorageElementAccess -AccessGroup new-cluster -PassThru).AccessGroupNames | Sort-Object | Should -Be 'new-cluster', 'old-cluster'
        ($db | Revoke-OscStorageElementAccess -AccessGroup old-cluster -Confirm:$false -PassThru).AccessGroupNames | Should -Be 'new-cluster'
    }

    It 'moves all of a cluster in one line, and leaves the rest alone' {
        $null = New-OscStorageElement -Name db02, app01 -Size 1MB
        'db02', 'app01' | Grant-OscStorageElementAccess -AccessGroup old-cluster
        Get-OscStorageElement db* | Grant-OscStorageElementAccess -AccessGroup new-cluster -PassThru |
            Revoke-OscStorageElementAccess -AccessGroup old-cluster -Confirm:$false
        (Get-OscStorageElement db*).AccessGroupNames | Should -Be 'new-cluster', 'new-cluster'
        (Get-OscStorageElement app01).AccessGroupNames | Should -Be 'old-cluster'
    }

    It 'keeps identity and data on the way' {
        Write-Lun $db 'still here'
        $moved = $db | Grant-OscStorageElementAccess -AccessGroup new-cluster -PassThru |
            Revoke-OscStorageElementAccess -AccessGroup old-cluster -Confirm:$false -PassThru
        $moved.Page83Id | Should -Be $db.Page83Id
        Read-Lun $db 10 | Should -Be 'still here'
    }

    It 'can be repeated, as automation does' {
        1..2 | ForEach-Object {
            $db | Grant-OscStorageElementAccess -AccessGroup new-cluster
            $db | Revoke-OscStorageElementAccess -AccessGroup old-cluster -Confirm:$false
        }
        (Get-OscStorageElement db01).AccessGroupNames | Should -Be 'new-cluster'
    }

    It 'stays where it is when the new group does not exist' {
        $db | Grant-OscStorageElementAccess -AccessGroup nosuch -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'AccessGroupNotFound,*'
        (Get-OscStorageElement db01).AccessGroupNames | Should -Be 'old-cluster'
    }

    It 'follows its group when the group is renamed or gets another host' {
        Rename-OscAccessGroup old-cluster -NewName cluster-01
        Add-OscAccessGroupMember cluster-01 -Initiator 50:01:43:80:12:34:56:7b
        (Get-OscStorageElement db01).AccessGroupNames | Should -Be 'cluster-01'
        (Get-OscAccessGroup -InputObject $db).Entries.Count | Should -Be 3
    }

    It 'keeps a group that is still in use' {
        Remove-OscAccessGroup old-cluster -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed.Count | Should -BeGreaterThan 0
        Get-OscAccessGroup old-cluster | Should -Not -BeNullOrEmpty
    }
}
