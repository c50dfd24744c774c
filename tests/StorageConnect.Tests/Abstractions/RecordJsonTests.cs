using System.Text.Json;
using Xunit;

namespace StorageConnect.Tests.Abstractions;

/// <summary>The public JSON of the records.</summary>
public sealed class RecordJsonTests
{
    private static readonly StorageElement Element = new()
    {
        Uuid = "0123",
        StorageServerUuid = "4567",
        Name = "dätä 😀 \"x\"",
        Type = StorageElementType.SnapClone,
        SizeBytes = long.MaxValue,
        Page83Id = "3600a",
        ThinProvisioned = true,
        State = StorageElementState.Offline,
        AccessGroupNames = ["a", "b"],
        LunAddresses = [new() { TargetName = "iqn.2026-01.lab:t", Lun = 3 }],
        SourceUuids = ["89ab"],
        SourceNames = ["source"],
        SourceSizes = [5],
        UsedBytes = 4,
        UniqueBytes = 2,
        CreatedAt = new(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(1)),
        AsyncProgress = -1,
        AsyncHandle = "{\"job\":1}",
    };

    public static TheoryData<object> Records =>
    [
        Element,
        new StorageServer { Uuid = "1", Name = "lab", StorageType = StorageType.iSCSI, AccessContexts = [new() { Host = "h", ChapUser = "u" }],
            AccessGroups = [new() { Name = "g", Entries = ["iqn.x"] }] },
        new QosValue { Value = "gold", Name = "Gold", Description = "Fast." },
        new HostLun { Page83Id = "3600a", TargetNames = ["t"] },
        new StorageElementFilter { NamePrefix = "db" },
        new Capabilities { Snapshot = Ability.Online, Clone = Ability.Offline, AccessControl = Ability.Yes, MaxAccessEntries = -1 },
        new PluginDescriptor
        {
            ClassName = "C",
            Name = "P",
            Vendor = "V",
            Version = "1.0.0-1",
            Description = "D",
            StorageTypes = [StorageType.SAN],
            RequiredApiVersion = "1.2.9",
            ExtendedApiVersion = "1.2.10",
            IdentityFromPresentation = true,
            Ability = new() { Resize = Ability.Online },
        },
    ];

    [Theory]
    [MemberData(nameof(Records))]
    public void A_record_comes_back_as_it_was(object record)
    {
        var json = JsonSerializer.Serialize(record, record.GetType(), RecordJson.Options);
        Assert.Equal(record, JsonSerializer.Deserialize(json, record.GetType(), RecordJson.Options));
    }

    [Theory]
    [MemberData(nameof(Records))]
    public void Fields_that_are_unknown_here_come_back_too_after_a_copy(object record)
    {
        var json = JsonSerializer.SerializeToNode(record, record.GetType(), RecordJson.Options)!.AsObject();
        json["tier"] = new System.Text.Json.Nodes.JsonObject { ["name"] = "ssd", ["naïve"] = true };
        var known = JsonSerializer.Deserialize(json, record.GetType(), RecordJson.Options)!;

        Assert.NotEqual(record, known);
        Assert.Equal(json.ToJsonString(), JsonSerializer.SerializeToNode(known, known.GetType(), RecordJson.Options)!.ToJsonString());
        Assert.Equal(known, JsonSerializer.Deserialize(json.ToJsonString(), record.GetType(), RecordJson.Options));
    }

    [Fact]
    public void A_changed_copy_still_has_them()
    {
        var read = RecordJson.Read<StorageElement>("""{ "Name": "a", "color": "red" }""");
        var copy = JsonDocument.Parse(RecordJson.Write(read with { Name = "b" })).RootElement;
        Assert.Equal(("b", "red"), (copy.GetProperty("Name").GetString(), copy.GetProperty("color").GetString()));
        Assert.DoesNotContain("color", string.Join(' ', typeof(StorageElement).GetProperties().Select(property => property.Name)), StringComparison.Ordinal);
        Assert.Contains("red", RecordJson.Write(new Capabilities(RecordJson.Read<Capabilities>("""{ "color": "red" }"""))), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_are_those_of_the_properties_and_enumerations_are_written_by_name()
    {
        var json = JsonDocument.Parse(RecordJson.Write(Element)).RootElement;
        Assert.Equal("SnapClone", json.GetProperty("Type").GetString());
        Assert.Equal("Offline", json.GetProperty("State").GetString());
        Assert.Equal(long.MaxValue, json.GetProperty("SizeBytes").GetInt64());
        Assert.False(json.TryGetProperty("Status", out _));
        Assert.Equal(1, RecordJson.Version);
    }

    [Fact]
    public void No_secret_is_written()
    {
        using var secret = new Secret("p4ssw0rd-of-the-array");
        var server = new StorageServer
        {
            Name = "lab",
            AdminUser = "admin",
            AccessContexts = [new AccessContext { ChapUser = "u", MutualChapUser = "v" }.WithSecrets(secret, secret)]
        }
            .WithAdminSecret(secret);
        Assert.DoesNotContain("p4ssw0rd", RecordJson.Write(server), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{ "SizeBytes": "much" }""")]
    [InlineData("""{ "State": 1 }""")]
    [InlineData("""{ "State": "Sleeping" }""")]
    [InlineData("""{ "Name": "a" """)]
    public void What_is_no_record_is_one_clear_error(string json)
    {
        var error = Assert.Throws<DataCorruptException>(() => RecordJson.Read<StorageElement>(json));
        Assert.Equal("RecordUnreadable", error.ErrorId);
        Assert.Contains("StorageElement", error.Message, StringComparison.Ordinal);
    }
}
