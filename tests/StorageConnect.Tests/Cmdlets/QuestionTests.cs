using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>Questions of every day: what has this identity, what hangs on this host, who sees it.</summary>
[Collection(ModuleSessions.Name)]
public sealed class QuestionTests : IDisposable
{
    private const string Host = "iqn.2001-04.com.example:h1";
    private const string Wwn = "10:00:00:00:c9:87:65:43";
    private readonly RecordingSession _session = new();
    private readonly RecordingArray _far = new();
    private readonly StorageElement _lun;
    private readonly StorageElement _snapshot;
    private readonly StorageElement _clone;

    public QuestionTests()
    {
        _lun = _session.Create("db01");
        _snapshot = _session.Snapshot(_lun, "nightly");
        _clone = _session.Clone(_lun, "copy");
        _session.Create("db02");
        _session.Register("far", _far);
        _session.Create("far01", "far");
        _session.Module.Invoke(
            """
            $null = New-OscAccessGroup hosts $h, $w -StorageServer lab; $null = New-OscAccessGroup none iqn.2001-04.com.example:x -StorageServer lab
            $null = New-OscAccessGroup hosts $h -StorageServer far
            Grant-OscStorageElementAccess db01 hosts -StorageServer lab; Grant-OscStorageElementAccess far01 hosts -StorageServer far
            """,
            ("h", Host), ("w", Wwn)).Succeeds();
    }

    [Fact]
    public void A_Uuid_chooses_what_has_it_with_dashes_and_in_capitals_too()
    {
        var dashed = Guid.Parse(_lun.Uuid).ToString("D").ToUpperInvariant();

        Assert.Equal(["db01"], Names("Get-OscStorageElement -Uuid $id", _lun.Uuid));
        Assert.Equal(["db01"], Names("Get-OscStorageElement -Uuid $id", dashed));
        Assert.Equal(["db01"], Names("Get-OscStorageElement -Uuid $id", Guid.Parse(_lun.Uuid)));
        Assert.Equal(["db01"], Names("Get-OscStorageElement db* -Uuid $id", _lun.Uuid));
        Assert.Equal(["db01"], Names("$id | Get-OscStorageElement", _lun.Uuid));
        Assert.Equal(["nightly"], Names("Get-OscSnapshot $id", _snapshot.Uuid));
        Assert.Equal(["copy"], Names("$id | Get-OscClone", _clone.Uuid));
        Assert.Equal(["nightly"], Names("Get-OscSnapshot -Uuid $id", _snapshot.Uuid));
        Assert.Equal(["copy"], Names("Get-OscClone -Uuid $id", _clone.Uuid));
        Assert.Equal(["far"], Names("Get-OscStorageServer -Uuid $id", _session.Module.Get<StorageServer>("Get-OscStorageServer far")[0].Uuid));
    }

    [Theory]
    [InlineData("Get-OscStorageElement -Uuid 0123456789abcdef0123456789abcdef", "StorageElementNotFound")]
    [InlineData("Get-OscSnapshot -Uuid 0123456789abcdef0123456789abcdef", "SnapshotNotFound")]
    [InlineData("Get-OscClone -Uuid 0123456789abcdef0123456789abcdef", "CloneNotFound")]
    [InlineData("Get-OscStorageElement -Uuid $null", "NothingChosen")]
    [InlineData("Get-OscStorageElement -Uuid @()", "NothingChosen")]
    [InlineData("Get-OscStorageElement -AccessGroup ''", "NothingChosen")]
    [InlineData("Get-OscStorageElement -Initiator $null", "NothingChosen")]
    [InlineData("Get-OscAccessGroup -Initiator @($null)", "NothingChosen")]
    [InlineData("Get-OscStorageElement -AccessGroup nosuch", "AccessGroupNotFound")]
    [InlineData("Get-OscStorageElement -Initiator host1", "InitiatorInvalid")]
    [InlineData("Get-OscAccessGroup -Initiator host1", "InitiatorInvalid")]
    [InlineData("Get-OscStorageElement -Page83Id 3600000000000000000000000000000000", "StorageElementNotFound")]
    public void What_is_nowhere_or_says_nothing_is_one_error(string command, string id)
    {
        var outcome = _session.Module.Invoke(command);

        outcome.Error(id);
        Assert.Empty(outcome.Output);
    }

    [Fact]
    public void A_group_or_an_initiator_chooses_what_is_presented_to_it()
    {
        Assert.Equal(["db01", "far01"], Names("Get-OscStorageElement -AccessGroup hosts"));
        Assert.Equal(["db01"], Names("Get-OscStorageElement -AccessGroup hosts -StorageServer lab"));
        Assert.Equal(["db01"], Names("Get-OscStorageElement -AccessGroup (Get-OscAccessGroup hosts -StorageServer lab)"));
        Assert.Equal(["db01", "far01"], Names("Get-OscStorageElement -Initiator $id", Host.ToUpperInvariant()));
        Assert.Equal(["db01"], Names("Get-OscStorageElement -Initiator 10000000C9876543"));
        Assert.Equal(["db01", "far01"], Names("Get-OscStorageElement -Initiator $id", new OscInitiator { Iqn = Host, HostName = "h" }));
        Assert.Empty(Names("Get-OscStorageElement -AccessGroup none"));
        Assert.Empty(Names("Get-OscStorageElement -AccessGroup none -Initiator $id", Host));
        Assert.Empty(Names("Get-OscStorageElement -Initiator iqn.2001-04.com.example:unknown"));
        Assert.Equal(["hosts"], Names("Get-OscAccessGroup -Initiator 10000000c9876543"));
        Assert.Equal(["hosts", "hosts"], Names("Get-OscAccessGroup -Initiator $id", Host));
    }

    [Fact]
    public void An_element_that_is_there_and_not_presented_is_no_error() =>
        Assert.Empty(Names("Get-OscStorageElement db02 -AccessGroup hosts"));

    [Theory]
    [InlineData("{0}")]
    [InlineData("wwn-0x{1}")]
    [InlineData("naa.{1}")]
    [InlineData("0x{1}")]
    [InlineData("{1}")]
    [InlineData("scsi-{0}")]
    [InlineData("/dev/disk/by-id/wwn-0x{1}")]
    [InlineData("/dev/mapper/{0}")]
    [InlineData("dm-uuid-mpath-{0}")]
    public void An_identity_is_known_in_any_usual_spelling(string spelling)
    {
        var text = string.Format(System.Globalization.CultureInfo.InvariantCulture, spelling, _lun.Page83Id, _lun.Page83Id[1..]);
        var isPath = text.StartsWith('/');

        Assert.Equal(["db01"], Names("Get-OscStorageElement -Page83Id $id", text));
        Assert.Equal(["db01"], Names("Get-OscStorageElement -Page83Id $id", isPath ? text : text.ToUpperInvariant()));
    }

    [Fact]
    public void Revoking_all_leaves_an_element_presented_to_nobody()
    {
        _session.Module.Invoke("Grant-OscStorageElementAccess db01 none -StorageServer lab; $before = Get-OscStorageElement db01").Succeeds();

        var revoked = Assert.IsType<StorageElement>(
            Assert.Single(_session.Module.Invoke("Revoke-OscStorageElementAccess db01 -All -StorageServer lab -PassThru -Confirm:$false").Succeeds()));

        Assert.Empty(revoked.AccessGroupNames);
        Assert.Equal(["db02"], Names("Revoke-OscStorageElementAccess db02 -All -StorageServer lab -PassThru -Confirm:$false"));
        Assert.Equal([2, 0], _session.Module.Get<int>(
            "$before.AccessGroupNames.Count; ($before | Revoke-OscStorageElementAccess -All -PassThru -Confirm:$false).AccessGroupNames.Count"));
        Assert.Equal(["far01"], Names("Get-OscStorageElement -AccessGroup hosts"));
        _session.Module.Invoke("Revoke-OscStorageElementAccess db02 -All:$false -StorageServer lab -Confirm:$false").Error("NothingChosen");
    }

    [Fact]
    public void A_missing_group_is_told_once_for_all_elements()
    {
        _session.Array.Before("stopPresent", (_, _) => throw new NotFoundException("There is no access group 'nosuch'.")
        {
            ErrorId = "AccessGroupNotFound",
            Element = "nosuch",
        });

        var error = _session.Module.Invoke("Grant-OscStorageElementAccess db01, db02 nosuch -StorageServer lab").Error("AccessGroupNotFound");

        Assert.Equal("nosuch", error.TargetObject);
        _session.Module.Invoke("Grant-OscStorageElementAccess db01, db02 nosuch -StorageServer lab -WhatIf").Error("AccessGroupNotFound");
        _session.Module.Invoke("Revoke-OscStorageElementAccess db01, db02 nosuch -StorageServer lab -Confirm:$false").Error("AccessGroupNotFound");
    }

    [Fact]
    public void Abilities_and_qualities_of_service_tell_their_server()
    {
        Assert.Equal("far", Assert.Single(_session.Module.Invoke("Get-OscCapability far").Output).Properties["StorageServerName"].Value);
        Assert.Equal(["far", "lab"], _session.Module.Get<QosValue>("Get-OscQos").Select(value => value.StorageServerName).Distinct().Order());
    }

    [Fact]
    public void Figures_of_a_server_tell_when_they_were_reported()
    {
        var now = Assert.Single(_session.Module.Get<StorageServer>("Get-OscStorageServer lab -Refresh"));

        Assert.InRange(now.ReportedAt!.Value, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow);
        Assert.Equal(now.ReportedAt, Assert.Single(_session.Module.Get<StorageServer>("Get-OscStorageServer lab")).ReportedAt);
    }

    public void Dispose()
    {
        _far.Dispose();
        _session.Dispose();
    }

    private IEnumerable<string> Names(string script, object? id = null) =>
        _session.Module.Invoke(script, ("id", id)).Succeeds().Select(record => record switch
        {
            StorageElement element => element.Name,
            AccessGroup group => group.Name,
            StorageServer server => server.Name,
            _ => record.ToString()!,
        }).Order();
}
