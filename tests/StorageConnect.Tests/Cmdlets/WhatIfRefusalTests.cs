using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>What would be refused is refused under -WhatIf, too, with the same error, and nothing is promised. On a real array.</summary>
[Collection(ModuleSessions.Name)]
public sealed class WhatIfRefusalTests : IDisposable
{
    private readonly RenderingHost _host = new(200);
    private readonly string _pool = LoopMounts.NewFolder(PoolKind.Xfs);
    private readonly ModuleSession _session;

    public WhatIfRefusalTests()
    {
        _session = new(_host);
        _session.Invoke(
            """
            $ConfirmPreference = 'None'
            $null = Register-OscStorageServer -Name lab -Plugin Local -StorageType SAN -ExtraInfo "Pool=$pool"
            $null = New-OscStorageElement -Name web4, kept, grown, lost -Size 2MB
            $null = Invoke-OscClone lost cut
            Remove-Item (Update-OscStorageElement lost, cut).DevicePaths
            $null = New-OscAccessGroup -Name hosts, free -Initiator iqn.2001-04.com.example:a
            Grant-OscStorageElementAccess web4 -AccessGroup hosts
            $null = New-OscSnapshot kept -SnapshotName s1
            $null = New-OscSnapshot grown -SnapshotName small
            $null = Resize-OscStorageElement grown -Size 4MB
            $gone = New-OscStorageElement gone 1MB; Remove-OscStorageElement $gone
            $null = New-OscStorageElement offline 1MB; Disable-OscStorageElement offline
            """,
            ("pool", _pool)).Succeeds();
    }

    public static TheoryData<string> Refused =>
    [
        "New-OscStorageElement web4 1MB",
        "New-OscStorageElement s1 1MB",
        "New-OscStorageElement new 1MB -Qos gold",
        "New-OscStorageElement new 1MB -VolumeGroup nosuch",
        "New-OscStorageElement new 0",
        "New-OscStorageElement new 1TB -Thick",
        "New-OscSnapshot lost",
        "Get-OscStorageElement kept, lost | New-OscSnapshot -Group",
        "Invoke-OscClone lost",
        "Resize-OscStorageElement lost 4MB",
        "Split-OscClone cut",
        "Resize-OscStorageElement web4 1MB",
        "Resize-OscStorageElement nosuch 1MB",
        "Set-OscQos web4 gold",
        "Remove-OscStorageElement web4",
        "Remove-OscStorageElement kept",
        "Grant-OscStorageElementAccess web4 nosuch",
        "Revoke-OscStorageElementAccess web4 nosuch",
        "New-OscSnapshot kept s1",
        "Restore-OscSnapshot small",
        "Restore-OscSnapshot nosuch",
        "Invoke-OscClone kept web4",
        "Invoke-OscClone kept new -Qos gold",
        "Invoke-OscClone small new -StorageElement web4",
        "Split-OscClone web4",
        "New-OscAccessGroup hosts",
        "New-OscAccessGroup new junk",
        "Add-OscAccessGroupMember nosuch iqn.2001-04.com.example:b",
        "Add-OscAccessGroupMember hosts junk",
        "Remove-OscAccessGroupMember nosuch iqn.2001-04.com.example:b",
        "Remove-OscAccessGroup nosuch",
        "Rename-OscAccessGroup nosuch new",
        "Rename-OscAccessGroup hosts free",
        "Register-OscStorageServer -Name lab -Plugin Local -StorageType SAN",
        "Register-OscStorageServer -Name new -Plugin Nope -StorageType SAN",
        "Unregister-OscStorageServer nosuch",
        "Unregister-OscPlugin Local",
        "Stop-OscOperation 0123456789ab",
        "Remove-OscOperation 0123456789ab",
        "Remove-OscOperation 0123456789ab -Force",
        "Update-OscStorageElement nosuch",
        "$gone | Connect-OscStorageElement",
        "$gone | Disconnect-OscStorageElement",
        "Connect-OscStorageElement kept",
        "Connect-OscStorageElement offline hosts",
        "Connect-OscTarget iqn.2001-04.com.example:t",
        "Disconnect-OscTarget iqn.2001-04.com.example:t",
    ];

    [Theory]
    [MemberData(nameof(Refused))]
    public void The_same_error_with_and_without(string call)
    {
        var said = _host.Text.Length;
        var promised = _session.Invoke($"{call} -WhatIf");

        Assert.DoesNotContain("What if", _host.Text[said..], StringComparison.Ordinal);
        var before = Assert.Single(promised.Errors);
        Assert.Equal(Assert.Single(_session.Invoke(call).Errors).FullyQualifiedErrorId, before.FullyQualifiedErrorId);
    }

    [Fact]
    public void A_name_that_another_server_has_is_refused()
    {
        _session.Invoke("$null = Register-OscStorageServer -Name other -Plugin Local -StorageType SAN -ExtraInfo \"Pool=$pool\"",
            ("pool", LoopMounts.NewFolder(PoolKind.Xfs))).Succeeds();

        Assert.Equal(
            _session.Invoke("Set-OscStorageServer lab -NewName other").Error("StorageServerExists").FullyQualifiedErrorId,
            _session.Invoke("Set-OscStorageServer lab -NewName other -WhatIf").Error("StorageServerExists").FullyQualifiedErrorId);
    }

    [Fact]
    public void Of_several_groups_one_that_is_refused_is_the_error_that_was_promised()
    {
        const string create = "New-OscAccessGroup new, \"line`nbreak\"";
        const string remove = "Remove-OscAccessGroup free, hosts -Confirm:$false";
        _session.Invoke($"{create} -WhatIf").Error("NameInvalid");
        _session.Invoke($"{remove} -WhatIf").Error("AccessGroupInUse");

        _session.Invoke(create).Error("NameInvalid");
        _session.Invoke(remove).Error("AccessGroupInUse");

        Assert.Equal(["hosts", "new"], _session.Get<string>("(Get-OscAccessGroup).Name | Sort-Object"));
    }

    [Fact]
    public void A_restore_that_shrinks_needs_Force()
    {
        var refused = _session.Invoke("Restore-OscSnapshot small").Error("RestoreShrinks");
        Assert.Contains("-Force", refused.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Equal([4L << 20], _session.Get<long>("(Get-OscStorageElement grown).SizeBytes"));

        _session.Invoke("Restore-OscSnapshot small -Force").Succeeds();
        Assert.Equal([2L << 20], _session.Get<long>("(Get-OscStorageElement grown).SizeBytes"));
    }

    [Theory]
    [InlineData("New-OscStorageElement twice, twice 1MB", "StorageElementExists")]
    [InlineData("'twice', 'twice' | New-OscStorageElement -Size 1MB", "StorageElementExists")]
    [InlineData("Get-OscStorageElement web4, kept | New-OscSnapshot -SnapshotName twice", "StorageElementExists")]
    [InlineData("Get-OscStorageElement web4, kept | Invoke-OscClone -Name twice", "StorageElementExists")]
    [InlineData("'twice', 'twice' | New-OscAccessGroup", "AccessGroupExists")]
    [InlineData("Get-OscAccessGroup hosts, free | Rename-OscAccessGroup -NewName twice", "AccessGroupExists")]
    public void A_name_is_promised_once(string call, string error)
    {
        var said = _host.Text.Length;

        _session.Invoke($"{call} -WhatIf").Error(error);
        Assert.Single(_host.Text[said..].Split("What if").Skip(1));
        _session.Invoke(call).Error(error);
    }

    [Theory]
    [InlineData("New-OscSnapshot lost")]
    [InlineData("Get-OscStorageElement kept, lost | New-OscSnapshot -Group")]
    [InlineData("Invoke-OscClone lost")]
    [InlineData("Split-OscClone cut")]
    public void No_copy_of_a_damaged_element_is_promised(string call)
    {
        var said = _host.Text.Length;

        var promised = _session.Invoke($"{call} -WhatIf").Error("StorageElementDamaged");
        Assert.DoesNotContain("What if", _host.Text[said..], StringComparison.Ordinal);
        Assert.Equal(_session.Invoke(call).Error("StorageElementDamaged").Exception.Message, promised.Exception.Message);
    }

    [Theory]
    [InlineData("Disable-OscStorageElement open")]
    [InlineData("Remove-OscStorageElement open")]
    [InlineData("Resize-OscStorageElement open 1MB -Force")]
    public void Nothing_is_promised_of_a_volume_that_a_process_has_open(string call)
    {
        _session.Invoke("$null = New-OscStorageElement open 2MB; $file = [IO.File]::OpenRead((Update-OscStorageElement open).DevicePaths[0])").Succeeds();

        _session.Invoke($"{call} -WhatIf").Error("StorageElementInUse");
        _session.Invoke(call).Error("StorageElementInUse");
        _session.Invoke($"$file.Dispose(); {call} -WhatIf; {call}").Succeeds();
    }

    [Theory]
    [InlineData("Restore-OscSnapshot s1")]
    [InlineData("Get-OscStorageElement grown, kept | New-OscSnapshot -SnapshotName both -Group")]
    public void Nothing_is_promised_of_a_member_that_a_process_has_open(string call)
    {
        _session.Invoke("$file = [IO.File]::OpenRead((Update-OscStorageElement kept).DevicePaths[0])").Succeeds();

        _session.Invoke($"{call} -WhatIf").Error("StorageElementInUse");
        _session.Invoke(call).Error("StorageElementInUse");
        _session.Invoke($"$file.Dispose(); {call} -WhatIf; $null = {call}").Succeeds();
    }

    [Fact]
    public void Nothing_is_promised_of_a_damaged_snapshot()
    {
        _session.Invoke("$uuid = (Get-OscSnapshot s1).Uuid; Get-ChildItem $pool -Recurse -File | Where-Object FullName -Like \"*$uuid*\" | Remove-Item",
            ("pool", _pool)).Succeeds();

        _session.Invoke("Restore-OscSnapshot s1 -WhatIf").Error("StorageElementDamaged");
        _session.Invoke("Restore-OscSnapshot s1").Error("StorageElementDamaged");
    }

    [Theory]
    [InlineData("Restore-OscSnapshot both -StorageElement kept")]
    [InlineData("Restore-OscSnapshot both -AllMembers")]
    public void A_member_that_shrinks_is_noticed_where_another_grows(string call)
    {
        _session.Invoke(
            """
            $null = Resize-OscStorageElement web4 4MB
            $null = Get-OscStorageElement kept, web4 | New-OscSnapshot -SnapshotName both -Group
            $null = Resize-OscStorageElement kept 4MB; $null = Resize-OscStorageElement web4 2MB -Force
            """).Succeeds();

        _session.Invoke($"{call} -WhatIf").Error("RestoreShrinks");
        _session.Invoke(call).Error("RestoreShrinks");
        Assert.Equal([4L << 20, 2L << 20], _session.Get<long>("(Get-OscStorageElement kept, web4).SizeBytes"));

        _session.Invoke("Restore-OscSnapshot both -StorageElement web4").Succeeds();
        Assert.Equal([4L << 20, 4L << 20], _session.Get<long>("(Get-OscStorageElement kept, web4).SizeBytes"));
    }

    public void Dispose() => _session.Dispose();
}
