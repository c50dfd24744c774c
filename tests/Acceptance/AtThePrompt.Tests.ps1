#Requires -Version 7.6
#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0' }

# What an administrator who has never seen the module tries at the prompt.

BeforeDiscovery {
    . (Join-Path $PSScriptRoot 'TemporaryArray.ps1')
    $names = 'with space', "it's", 'a"b', '$home', 'back`tick', 'vol[1]', 'star*', 'Größe 数据', '-dash', '#hash', '(x)', '{x}', 'a,b', 'a;b', '1e3', '@at'
}

BeforeAll {
    . (Join-Path $PSScriptRoot 'TemporaryArray.ps1')
    $array = New-TemporaryArray

    function Get-Completion([string] $Line) {
        (TabExpansion2 -inputScript $Line -cursorColumn $Line.Length).CompletionMatches
    }
}

AfterAll {
    Remove-TemporaryArray $array
}

Describe 'At the prompt' {
    AfterEach {
        Clear-TemporaryArray
    }

    Context 'A name' {
        It 'may be <_>: it is completed, found and removed by it' -ForEach $names {
            $null = New-OscStorageElement -Name $_ -Size 1MB
            $wanted = $_

            # As TAB writes it.
            $found = (Get-Completion 'Get-OscStorageElement -Name ' | Where-Object ListItemText -CEQ $wanted).CompletionText
            (& ([scriptblock]::Create("Get-OscStorageElement -Name $found"))).Name | Should -Be $wanted
            $meant = (Get-Completion 'Remove-OscStorageElement ' | Where-Object ListItemText -CEQ $wanted).CompletionText
            & ([scriptblock]::Create("Remove-OscStorageElement $meant -Confirm:`$false"))
            Get-OscStorageElement | Should -BeNullOrEmpty
        }

        It 'is taken as it is where it is no pattern, and escaped where it would be one' {
            $null = New-OscStorageElement -Name 'vol[1]', vol1 -Size 1MB
            (Get-OscStorageElement 'vol[1]').Name | Should -Be 'vol1'
            (Get-OscStorageElement ([WildcardPattern]::Escape('vol[1]'))).Name | Should -Be 'vol[1]'
            (Resize-OscStorageElement 'vol[1]' 2MB).Name | Should -Be 'vol[1]'
        }

        It 'is case-sensitive by itself, and not as a pattern' {
            $null = New-OscStorageElement -Name db01, DB01 -Size 1MB
            (Get-OscStorageElement db01).Name | Should -BeExactly 'db01'
            @(Get-OscStorageElement db0*).Count | Should -Be 2
        }

        It 'with a blank at an end is refused for what is new' -ForEach ' x', 'x ', "x$([char] 0xA0)", "a$([char] 0x200B)b", "a$([char] 0x202E)b" {
            { New-OscStorageElement $_ 1MB -ErrorAction Stop } | Should -Throw -ErrorId 'NameInvalid,*'
            { New-OscAccessGroup $_ -ErrorAction Stop } | Should -Throw -ErrorId 'NameInvalid,*'
        }

        It 'that is nowhere is an error, and a pattern that matches nothing is silent' {
            Get-OscStorageElement nosuch* -ErrorAction Stop | Should -BeNullOrEmpty
            { Get-OscStorageElement nosuch -ErrorAction Stop } | Should -Throw -ErrorId 'StorageElementNotFound,StorageConnect.Commands.GetOscStorageElementCommand'
        }

        It 'of <Length> characters is <Outcome>' -ForEach @(
            @{ Length = 255; Outcome = 'taken' }
            @{ Length = 256; Outcome = 'refused' }
        ) {
            $made = New-OscStorageElement -Name ('n' * $Length) -Size 1MB -ErrorAction SilentlyContinue -ErrorVariable failed
            [bool] $made | Should -Be ($Outcome -eq 'taken')
            @($failed).Count | Should -Be ($Outcome -eq 'taken' ? 0 : 1)
        }
    }

    Context 'A size' {
        It 'may be <Size>' -ForEach @(
            @{ Size = 1048576; Bytes = 1MB }
            @{ Size = 10GB; Bytes = 10GB }
            @{ Size = '10GB'; Bytes = 10GB }
            @{ Size = 1.5GB; Bytes = 1536MB }
            @{ Size = [uint64] 1MB; Bytes = 1MB }
        ) {
            (New-OscStorageElement -Name db01 -Size $Size).SizeBytes | Should -Be $Bytes
        }

        It 'is not <Size>' -ForEach @(
            @{ Size = 0 }
            @{ Size = -1 }
            @{ Size = '10 elephants' }
            @{ Size = 1e30 }
            @{ Size = [double]::NaN }
        ) {
            { New-OscStorageElement -Name db01 -Size $Size -ErrorAction Stop } | Should -Throw
            Get-OscStorageElement | Should -BeNullOrEmpty
        }

        It 'means the same to people who write 1,5' -ForEach 'de-DE', 'tr-TR' {
            $before = [cultureinfo]::CurrentCulture
            try {
                [cultureinfo]::CurrentCulture = $_
                (New-OscStorageElement -Name db01 -Size '1.5GB').SizeBytes | Should -Be 1536MB
                Get-OscStorageElement | Out-String | Should -Match '1,5 GiB'
            }
            finally {
                [cultureinfo]::CurrentCulture = $before
            }
        }
    }

    Context 'What is shown' {
        BeforeEach {
            $db = New-OscStorageElement -Name db01, ('long-name-' * 20) -Size 1GB
            $group = New-OscAccessGroup -Name hosts-a -Initiator 50:01:43:80:12:34:56:78
        }

        It 'fits 100 columns, has no codes where none are wanted, and says sizes for people' {
            $before = $PSStyle.OutputRendering
            try {
                $PSStyle.OutputRendering = 'PlainText'
                $shown = $db, $group, (Get-OscStorageServer), (Get-OscPlugin), (Get-OscCapability), (Get-OscQos), (Get-OscStatus), (Get-OscLineage), (Get-OscCloneLimit) |
                    ForEach-Object { ($_ | Format-Table | Out-String -Width 100), ($_ | Format-List | Out-String -Width 100), ($_ | Format-Wide | Out-String -Width 100), ($_ | Format-Custom | Out-String -Width 100) }
                $shown -join '' | Should -Not -Match "`e"
                $shown -split '\r?\n' | ForEach-Object Length | Measure-Object -Maximum | ForEach-Object Maximum | Should -BeLessOrEqual 100
                $shown -join '' | Should -Match '\b1 GiB\b'
            }
            finally {
                $PSStyle.OutputRendering = $before
            }
        }

        It 'is colour only in a state, and only when the host wants it' {
            $before = $PSStyle.OutputRendering
            try {
                $PSStyle.OutputRendering = 'Ansi'
                $db[0] | Out-String | Should -Match "`e\[[\d;]+mOnline`e\[0m"
            }
            finally {
                $PSStyle.OutputRendering = $before
            }
        }

        It 'keeps the bytes in the property' {
            ($db[0] | Select-Object SizeBytes).SizeBytes | Should -Be 1GB
            ($db | Measure-Object SizeBytes -Sum).Sum | Should -Be 2GB
            ($db[0] | ConvertTo-Json | ConvertFrom-Json).SizeBytes | Should -Be 1GB
            ($db[0] | ConvertTo-Csv | ConvertFrom-Csv).SizeBytes | Should -Be "$(1GB)"
        }

        It 'has no secret in it' {
            $secret = [pscredential]::new('chap-user', (ConvertTo-SecureString 'osc-secret-0815' -AsPlainText -Force))
            $context = New-OscAccessContext 192.0.2.1 -ChapCredential $secret -MutualChapCredential $secret
            $pool = (New-Item (Join-Path $array.Settings 'guarded') -ItemType Directory).FullName
            $server = Register-OscStorageServer guarded -Plugin Local -StorageType SAN -ExtraInfo "Pool=$pool" -AdminHost 192.0.2.1 -Credential $secret
            Unregister-OscStorageServer guarded
            foreach ($record in $context, $server) {
                ($record | ConvertTo-Json -Depth 9), ($record | Format-List * | Out-String), ($record | Format-Custom | Out-String -Width 200), "$record", ([Management.Automation.PSSerializer]::Serialize($record, 9)) |
                    Should -Not -Match 'osc-secret'
            }
            $server.AdminUser | Should -Be 'chap-user'
            Get-ChildItem $array.Settings -Recurse -File | Where-Object FullName -NotLike "$($array.Pool)*" | Select-String 'osc-secret' | Should -BeNullOrEmpty
        }
    }

    Context 'TAB' {
        It 'knows <What> for <Line>' -ForEach @(
            @{ What = 'servers'; Line = 'Get-OscStorageElement -StorageServer '; Text = 'lab' }
            @{ What = 'plug-ins'; Line = 'Register-OscStorageServer x -Plugin '; Text = 'Local' }
            @{ What = 'storage types'; Line = 'Register-OscStorageServer x -Plugin Local -StorageType '; Text = 'iSCSI' }
            @{ What = 'keys of ExtraInfo'; Line = 'Register-OscStorageServer x -Plugin Local -StorageType SAN -ExtraInfo '; Text = 'Pool=' }
            @{ What = 'elements'; Line = 'Get-OscStorageElement d'; Text = 'db01' }
            @{ What = 'elements in quotes'; Line = "Resize-OscStorageElement 'd"; Text = "'db01'" }
            @{ What = 'elements in a list'; Line = 'Get-OscStorageElement x,d'; Text = 'db01' }
            @{ What = 'groups'; Line = 'Grant-OscStorageElementAccess db01 -AccessGroup '; Text = "'hosts a'" }
            @{ What = 'qualities of service'; Line = 'Set-OscQos db01 '; Text = 'durable' }
            @{ What = 'abilities'; Line = 'Get-OscPlugin -Ability Snap'; Text = 'SnapClone' }
        ) {
            $null = New-OscStorageElement db01 1MB
            $null = New-OscAccessGroup 'hosts a'
            $null = Get-OscQos
            (Get-Completion $Line).CompletionText | Should -Contain $Text
        }

        It 'asks no array: it works where the array is gone' {
            $null = New-OscStorageElement db01 1MB
            Rename-Item $array.Pool gone
            try {
                (Get-Completion 'Get-OscStorageElement d').CompletionText | Should -Be 'db01'
            }
            finally {
                Rename-Item (Join-Path $array.Settings gone) pool
            }
        }
    }

    Context 'An error' {
        It 'says what, of what, and the way out, to scripts and to people' {
            $db = New-OscStorageElement db01 1MB
            $db | Resize-OscStorageElement -Size 1KB -ErrorAction SilentlyContinue -ErrorVariable failed
            $failed.Count | Should -Be 1
            $failed[0].FullyQualifiedErrorId | Should -Be 'ShrinkNeedsForce,StorageConnect.Commands.ResizeOscStorageElementCommand'
            $failed[0].CategoryInfo.Category | Should -Be 'InvalidArgument'
            $failed[0].TargetObject | Should -Be $db
            $failed[0].ErrorDetails.RecommendedAction | Should -BeLike '*-Force*'
            $failed[0] | Out-String | Should -Match '(?s)db01.*-Force'
        }

        It 'tells Get-Error the plug-in, its version and the method' {
            $null = New-OscStorageElement db01 1MB
            New-OscStorageElement db01 1MB -ErrorAction SilentlyContinue
            $all = Get-Error -Newest 1 | Out-String
            $all | Should -Match 'Plugin\s*: Local \d'
            $all | Should -Match 'Method\s*: create'
            $all | Should -Match 'FullyQualifiedErrorId : StorageElementExists'
        }

        It 'ends what would ask where nobody can be asked (it knows: <knows>), and nothing is done' -ForEach @{ knows = $true }, @{ knows = $false } {
            $null = New-OscStorageElement db01 1MB
            $said = Invoke-Fresh -Asking:(-not $knows) `
                "Import-Module '$module'; try { Remove-OscStorageElement db01 } catch { `$_.FullyQualifiedErrorId; `$_.ErrorDetails.RecommendedAction }"
            $said[-2] | Should -BeLike '*ConfirmationNeeded,StorageConnect.Commands.RemoveOscStorageElementCommand'
            $said[-1] | Should -BeLike '*-Confirm:$false*'
            Get-OscStorageElement db01 | Should -Not -BeNullOrEmpty
        }

        It 'is not made up by stopping early: Select-Object -First ends the listing' {
            $null = New-OscStorageElement (1..50 | ForEach-Object { "lun$_" }) 1MB
            $Error.Clear()
            @(Get-OscStorageElement | Select-Object -First 1).Count | Should -Be 1
            $Error.Count | Should -Be 0
        }
    }

    Context 'What is remembered' {
        It 'is taken from the defaults of the session' {
            $PSDefaultParameterValues['New-OscStorageElement:Size'] = 2MB
            try {
                (New-OscStorageElement db01).SizeBytes | Should -Be 2MB
            }
            finally {
                $PSDefaultParameterValues.Remove('New-OscStorageElement:Size')
            }
        }

        It 'goes to a variable on the way, and is splatted' {
            $call = @{ Name = 'db01'; Size = 1MB; OutVariable = 'made' }
            $null = New-OscStorageElement @call
            $made.Name | Should -Be 'db01'
        }
    }

    Context 'A date' {
        It 'keeps its instant in a CSV file and in a text' {
            $snapshot = New-OscStorageElement db01 1MB | Disable-OscStorageElement -PassThru -Confirm:$false | New-OscSnapshot -SnapshotName nightly
            $file = Join-Path $TestDrive 'snapshots.csv'
            Get-OscSnapshot | Export-Csv $file
            Get-OscSnapshot | Select-Object Name, CreatedAt | Export-Csv "$file.2"

            foreach ($row in (Import-Csv $file), (Import-Csv "$file.2")) {
                [DateTimeOffset]::Parse($row.CreatedAt, [cultureinfo]::InvariantCulture) | Should -Be $snapshot.CreatedAt
                # The instant itself is not before the instant.
                Get-OscSnapshot -OlderThan $row.CreatedAt | Should -BeNullOrEmpty
            }
            $snapshot.CreatedAt | Should -BeOfType [DateTimeOffset]
            $snapshot | Where-Object CreatedAt -GT ([DateTimeOffset]::Now.AddHours(-1)) | Should -Not -BeNullOrEmpty
            ($snapshot | ConvertTo-Json | ConvertFrom-Json).CreatedAt.ToUniversalTime().Ticks | Should -Be $snapshot.CreatedAt.UtcTicks
            $snapshot | Export-Clixml "$file.xml"
            [DateTimeOffset]::Parse("$((Import-Clixml "$file.xml").CreatedAt)", [cultureinfo]::InvariantCulture) | Should -Be $snapshot.CreatedAt
        }
    }

    Context 'Where nobody can be asked' {
        It 'a job tells that it must be confirmed' {
            $null = New-OscStorageElement db01 1MB
            $module = (Get-Module StorageConnect).Path
            $job = Start-Job { Import-Module $using:module; try { Remove-OscStorageElement db01 } catch { $_.FullyQualifiedErrorId } }
            $job | Receive-Job -Wait -AutoRemoveJob | Should -BeLike 'ConfirmationNeeded,*'
            (Get-OscStorageElement).Name | Should -Be 'db01'
        }
    }
}
