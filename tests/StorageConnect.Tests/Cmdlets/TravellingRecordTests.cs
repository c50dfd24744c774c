using System.Management.Automation;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>Records that went through a file, a job or a remote session (all of which use CLIXML) bind in the pipeline again.</summary>
[Collection(ModuleSessions.Name)]
public sealed class TravellingRecordTests : IDisposable
{
    private readonly RecordingSession _session = new();
    private readonly StorageElement _lun;

    public TravellingRecordTests() => _lun = _session.Create("db01");

    [Fact]
    public void A_deserialized_element_is_the_element_it_was()
    {
        var outcome = _session.Invoke("$e | Get-OscStatus", ("e", Travel(_lun)));

        Assert.True(outcome.Errors.Count == 0, RecordingSession.Describe(outcome.Errors));
        Assert.Equal("db01", Assert.Single(outcome.Output).Properties["StorageElementName"].Value);
    }

    [Fact]
    public void What_Select_Object_leaves_of_an_element_is_that_element()
    {
        var selected = new PSObject();
        selected.TypeNames.Insert(0, "Selected.StorageConnect.StorageElement");
        foreach (var property in new[] { "Uuid", "Name", "Type", "StorageServerUuid" })
        {
            selected.Properties.Add(new PSNoteProperty(property, PSObject.AsPSObject(_lun).Properties[property].Value));
        }

        Assert.Equal(["db01"], _session.Module.Get<string>("($e | Get-OscStatus).StorageElementName", ("e", selected)));
    }

    [Fact]
    public void A_record_will_do_where_a_name_is_asked_for() =>
        Assert.Equal([Ability.Online], _session.Module.Get<Ability>("(Get-OscCapability -Plugin (Get-OscPlugin Recording)).Clone"));

    [Fact]
    public void What_a_deserialized_element_says_is_asked_anew()
    {
        var travelled = Travel(_lun);
        _session.Invoke("$lun | Resize-OscStorageElement -Size 4GB", ("lun", _lun));

        var outcome = _session.Invoke("$travelled | Resize-OscStorageElement -Size 3GB", ("travelled", travelled));

        outcome.Error("ShrinkNeedsForce");
    }

    [Fact]
    public void A_deserialized_snapshot_can_be_cloned_restored_and_removed()
    {
        var snapshot = Travel(_session.Snapshot(_lun, "nightly"));

        var outcome = _session.Invoke(
            "$s | Invoke-OscClone -Name copy; $s | Restore-OscSnapshot -StorageElement $lun -Confirm:$false; $s | Remove-OscSnapshot -Confirm:$false",
            ("s", snapshot), ("lun", Travel(_lun)));

        Assert.True(outcome.Errors.Count == 0, RecordingSession.Describe(outcome.Errors));
        Assert.Equal(["cloneFromSnap", "snapRestore", "snapRemove"],
            _session.Array.CalledMethods.Where(method => method.Contains("nap", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_deserialized_group_can_be_granted_and_changed()
    {
        var group = Travel(_session.Group("hosts-a"));

        var outcome = _session.Invoke(
            "$g | Add-OscAccessGroupMember -Initiator iqn.2001-04.com.example:b; $lun | Grant-OscStorageElementAccess -AccessGroup $g -PassThru",
            ("g", group), ("lun", _lun));

        Assert.True(outcome.Errors.Count == 0, RecordingSession.Describe(outcome.Errors));
        Assert.Equal(["hosts-a"], ((StorageElement)Assert.Single(outcome.Output).BaseObject).AccessGroupNames);
    }

    [Fact]
    public void A_deserialized_server_names_its_server()
    {
        using var other = new RecordingArray();
        var server = Travel(_session.Register("other", other));

        var outcome = _session.Invoke("New-OscStorageElement -Name there -Size 1GB -StorageServer $s; $s | Get-OscStorageElement", ("s", server));

        Assert.True(outcome.Errors.Count == 0, RecordingSession.Describe(outcome.Errors));
        Assert.All(outcome.Output, item => Assert.Equal("other", ((StorageElement)item.BaseObject).StorageServerName));
        Assert.Equal(2, outcome.Output.Count);
    }

    [Theory]
    [InlineData("Remove-OscStorageElement -InputObject 42.5")]
    [InlineData("[pscustomobject]@{ Uuid = 'x' } | Remove-OscStorageElement")]
    [InlineData("Remove-OscStorageElement -InputObject ''")]
    public void What_is_no_element_is_refused_before_anything_is_asked(string script)
    {
        var outcome = _session.Invoke(script);

        Assert.NotEmpty(outcome.Errors);
        Assert.DoesNotContain("remove", _session.Array.CalledMethods);
    }

    [Fact]
    public void No_secret_travels()
    {
        var context = Assert.Single(_session.Module.Get<AccessContext>(
            "New-OscAccessContext -HostName h -ChapCredential $c", ("c", new PSCredential("chap-user", ToSecure("chap-secret-123")))));

        var text = PSSerializer.Serialize(context, depth: 5);

        Assert.Contains("chap-user", text, StringComparison.Ordinal);
        Assert.DoesNotContain("chap-secret-123", text, StringComparison.Ordinal);
        Assert.Equal("chap-secret-123", context.GetChapSecret()!.Use(characters => new string(characters)));
    }

    public void Dispose() => _session.Dispose();

    private static PSObject Travel(object record) => (PSObject)PSSerializer.Deserialize(PSSerializer.Serialize(record, depth: 2));

    private static System.Security.SecureString ToSecure(string text)
    {
        var secure = new System.Security.SecureString();
        foreach (var character in text)
        {
            secure.AppendChar(character);
        }

        return secure;
    }
}
