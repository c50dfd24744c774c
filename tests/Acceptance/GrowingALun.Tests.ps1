#Requires -Version 7.6
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# A file system is nearly full: the LUN grows under it, in use and with its data.

BeforeAll {
    . (Join-Path $PSScriptRoot 'TemporaryArray.ps1')
    $array = New-TemporaryArray
}

AfterAll {
    Remove-TemporaryArray $array
}

Describe 'Growing a LUN' {
    BeforeEach {
        $db = New-OscStorageElement -Name db01 -Size 16MB
        $null = New-OscAccessGroup -Name hosts-a -Initiator 50:01:43:80:12:34:56:78
        $db | Grant-OscStorageElementAccess -AccessGroup hosts-a
        Write-Lun $db 'what was there'
    }

    AfterEach {
        Clear-TemporaryArray
    }

    It 'makes it larger while it is presented and online, and keeps its identity, its hosts and its bytes' {
        $grown = $db | Resize-OscStorageElement -Size 64MB
        $grown.SizeBytes | Should -Be 64MB
        $now = Get-OscStorageElement db01
        $now.Uuid, $now.Page83Id, $now.State, $now.AccessGroupNames | Should -Be $db.Uuid, $db.Page83Id, 'Online', 'hosts-a'
        Read-Lun $db 14 | Should -Be 'what was there'
    }

    It 'gives the new room to whoever has it open' {
        $path = ($db | Update-OscStorageElement).DevicePaths[0]
        $file = [IO.File]::Open($path, 'Open', 'ReadWrite', 'ReadWrite')
        try {
            $null = $db | Resize-OscStorageElement -Size 32MB
            $file.Length | Should -Be 32MB
            $file.Position = 32MB - 4
            $file.Write([byte[]](1, 2, 3, 4), 0, 4)
        }
        finally {
            $file.Dispose()
        }
        (Get-Item $path).Length | Should -Be 32MB
    }

    It 'grows several by a tenth each, as a loop over what is there' {
        $null = New-OscStorageElement -Name db02, db03 -Size 10MB
        Get-OscStorageElement db0[23] | ForEach-Object { $_ | Resize-OscStorageElement -Size ($_.SizeBytes * 1.1) } |
            ForEach-Object SizeBytes | Should -Be 11MB, 11MB
    }

    It 'takes the size it has for what it is: nothing to do' {
        ($db | Resize-OscStorageElement -Size 16MB).SizeBytes | Should -Be 16MB
    }

    It 'does not shrink by accident, and says what would make it' {
        $db | Resize-OscStorageElement -Size 8MB -ErrorAction SilentlyContinue -ErrorVariable failed
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'ShrinkNeedsForce,*'
        $failed[0].ErrorDetails.RecommendedAction | Should -BeLike '*-Force*'
        (Get-OscStorageElement db01).SizeBytes | Should -Be 16MB
    }

    It 'refuses a size that is none' -ForEach @(
        @{ Size = 0 }
        @{ Size = -1GB }
        @{ Size = 'large' }
    ) {
        { $db | Resize-OscStorageElement -Size $Size -ErrorAction Stop } | Should -Throw
        (Get-OscStorageElement db01).SizeBytes | Should -Be 16MB
    }
}
