using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>Records that were exported, sent or selected are the records that they were, in the cmdlets that change them.</summary>
[Collection(ModuleSessions.Name)]
public sealed class RoundTripTests : IDisposable
{
    private readonly RecordingSession _session = new();
    private readonly RecordingArray _far = new();
    private readonly StorageElement _lun;

    public RoundTripTests()
    {
        _lun = _session.Create("db01");
        _session.Create("db02");
        _session.Group("web");
        _session.Register("far", _far);
        _session.Create("db01", "far");
    }

    public static TheoryData<RecordForm> Forms => [.. Enum.GetValues<RecordForm>()];

    [Theory]
    [MemberData(nameof(Forms))]
    public void An_element_is_resized_snapshotted_granted_and_removed(RecordForm form)
    {
        var row = RecordForms.Of(_lun, form);

        Invoke("$row | Resize-OscStorageElement -Size 2GB", row);
        Assert.Equal(2L << 30, Now().SizeBytes);
        var snapshot = Assert.IsType<StorageElement>(Assert.Single(Invoke("$row | New-OscSnapshot", row)));
        Assert.Equal([_lun.Uuid], snapshot.SourceUuids);
        Invoke("$row | Grant-OscStorageElementAccess -AccessGroup web", row);
        Assert.Equal(["web"], Now().AccessGroupNames);
        Invoke("$row | Revoke-OscStorageElementAccess -AccessGroup web -Confirm:$false", row);
        Invoke("$row | Remove-OscSnapshot -Confirm:$false", RecordForms.Of(snapshot, form));
        Invoke("$row | Remove-OscStorageElement -Confirm:$false", row);

        Assert.Equal(["db02"], _session.Array.Contents.Elements.Select(element => element.Name));
        Assert.Equal(["db01"], _far.Contents.Elements.Select(element => element.Name));
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void A_server_in_a_row_is_that_server(RecordForm form)
    {
        var far = Assert.Single(_session.Module.Get<StorageServer>("Get-OscStorageServer far"));

        Assert.Equal(["far"], Invoke("($row | Get-OscStorageElement).StorageServerName", RecordForms.Of(far, form)));
        Assert.Equal(["far"], Invoke("(Get-OscStorageElement -StorageServer $row).StorageServerName", RecordForms.Of(far, form)));
    }

    [Theory]
    [InlineData(RecordForm.Live)]
    [InlineData(RecordForm.Deserialized)]
    [InlineData(RecordForm.Csv)]
    [InlineData(RecordForm.Json)]
    [InlineData(RecordForm.Selected)]
    public void A_group_in_a_row_is_that_group(RecordForm form)
    {
        var group = Assert.Single(_session.Module.Get<AccessGroup>("Get-OscAccessGroup web"));

        Invoke("$row | Add-OscAccessGroupMember -Initiator iqn.2001-04.com.example:b", RecordForms.Of(group, form));
        Invoke("Grant-OscStorageElementAccess $e -AccessGroup $row", RecordForms.Of(group, form));
        Assert.Equal(["db01"], Invoke("($row | Get-OscStorageElement).Name", RecordForms.Of(group, form)));
        Invoke("Revoke-OscStorageElementAccess $e -AccessGroup $row -Confirm:$false", RecordForms.Of(group, form));
        Invoke("$row | Remove-OscAccessGroup -Confirm:$false", RecordForms.Of(group, form));

        Assert.Empty(_session.Array.Contents.Groups);
    }

    [Fact]
    public void A_row_is_its_Uuid_whatever_others_are_called()
    {
        var other = _session.Create(_lun.Uuid);

        Invoke("$row | Remove-OscStorageElement -Confirm:$false", RecordForms.Of(_lun, RecordForm.Short));

        Assert.Contains(other.Uuid, _session.Array.Contents.Elements.Select(element => element.Uuid));
        Assert.DoesNotContain(_lun.Uuid, _session.Array.Contents.Elements.Select(element => element.Uuid));
    }

    [Fact]
    public void A_row_with_a_name_alone_is_not_changed() =>
        _session.Module.Invoke("[pscustomobject]@{ Name = 'db01'; StorageServerName = 'lab' } | Resize-OscStorageElement -Size 2GB").Error("RowUuidNeeded");

    [Fact]
    public void A_row_with_a_name_and_a_server_names_the_one_on_that_server()
    {
        _session.Module.Invoke("[pscustomobject]@{ Name = 'db01'; StorageServerName = 'far' } | Remove-OscStorageElement -Confirm:$false").Succeeds();

        Assert.Empty(_far.Contents.Elements);
        Assert.Equal(2, _session.Array.Contents.Elements.Count);
    }

    [Fact]
    public void Elements_and_groups_are_made_from_rows()
    {
        _session.Module.Invoke(
            """
            $rows = @(
                [pscustomobject]@{ Name = 'p1'; Size = '64MB'; VolumeGroup = 'pool'; Thick = 'true'; Qos = 'gold'; StorageServer = 'far' }
                [pscustomobject]@{ Name = 'p2'; Size = '1048576'; VolumeGroup = ''; Thick = ''; Qos = ''; StorageServer = 'lab' }
                [pscustomobject]@{ Name = 'p3'; Size = '10 GiB'; VolumeGroup = ''; Thick = 'no'; Qos = ''; StorageServer = 'lab' })
            $null = $rows | New-OscStorageElement
            $null = [pscustomobject]@{ Name = 'hosts'; Initiator = 'iqn.2001-04.com.example:a; iqn.2001-04.com.example:b'; StorageServer = 'far' } |
                New-OscAccessGroup
            """).Succeeds();

        Assert.Equal([("p1", 64L << 20, false)], _far.Contents.Elements.Where(element => element.Name != "db01").Select(Shape));
        Assert.Equal([("p2", 1L << 20, true), ("p3", 10L << 30, true)],
            _session.Array.Contents.Elements.Where(element => element.Name.StartsWith('p')).OrderBy(element => element.Name).Select(Shape));
        Assert.Equal(["iqn.2001-04.com.example:a", "iqn.2001-04.com.example:b"], Assert.Single(_far.Contents.Groups).Entries);
    }

    [Fact]
    public void Names_can_be_piped_where_the_name_is_the_thing()
    {
        Assert.Equal(["p1", "p2"], _session.Module.Get<string>("('p1', 'p2' | New-OscStorageElement -Size 1MB -StorageServer lab).Name"));
        Assert.Equal(["db02"], _session.Module.Get<string>("('db02' | Get-OscStorageElement).Name"));
        _session.Module.Invoke("'p1', 'p2' | Remove-OscStorageElement -StorageServer lab -Confirm:$false").Succeeds();
        _session.Module.Invoke("'nosuch' | Get-OscSnapshot").Error("SnapshotNotFound");
    }

    [Fact]
    public void One_server_that_is_down_is_a_warning_where_the_name_was_found_elsewhere()
    {
        _far.Before("list", (_, _) => throw new ArrayUnreachableException("It is down.") { ErrorId = "ArrayUnreachable" });

        var found = _session.Module.Invoke("Get-OscStorageElement db02");
        Assert.Equal(["db02"], found.Succeeds().Select(element => ((StorageElement)element).Name));
        Assert.Contains("It is down.", Assert.Single(found.Warnings).Message, StringComparison.Ordinal);
        Assert.Equal(["ArrayUnreachable"], Ids("Get-OscStorageElement db*"));
        Assert.Equal(["ArrayUnreachable", "StorageElementNotFound"], Ids("Get-OscStorageElement nosuch"));
    }

    public void Dispose()
    {
        _far.Dispose();
        _session.Dispose();
    }

    private static (string Name, long Size, bool? Thin) Shape(StorageElement element) => (element.Name, element.SizeBytes, element.ThinProvisioned);

    private IEnumerable<string> Ids(string script) => _session.Module.Invoke(script).Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]).Order();

    private StorageElement Now() => _session.Array.Contents.Get(_lun);

    private IReadOnlyList<object> Invoke(string script, object row) => _session.Module.Invoke(script, ("row", row), ("e", _lun)).Succeeds();
}
