using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using StorageConnect.Engine.Servers;
using Xunit;

namespace StorageConnect.Tests.Engine.Servers;

/// <summary>The short way to read servers.json: it reads all that this version writes, and leaves anything else to the serializer.</summary>
public class PlainServerListTests
{
    private static readonly StorageServer Full = new()
    {
        Uuid = "0123456789abcdef0123456789abcdef",
        Name = "lab \"1\" \u00fc",
        PluginName = "Local",
        PluginVersion = "1.0.0-1",
        StorageType = StorageType.SAN,
        AccessContexts = [new() { Host = "10.0.0.1", Port = 3261, ChapUser = "a", MutualChapUser = "b", NetDevice = "eth0" }, new() { Host = "h" }],
        AdminHost = "https://array",
        AdminUser = "admin",
        StorageName = "two",
        VolumeGroups = ["fast", "slow"],
        ExtraInfo = "SSL=yes",
        NetDevices = ["eth0"],
        Chap = true,
        StorageId = "id",
        ArrayId = "serial",
        IscsiTargets = [new() { TargetName = "iqn.2001-04.com.example:a", Portal = "10.0.0.1:3260", Tpgt = 2, StorageServerUuid = "u", Connected = true }],
        AccessGroups = [new() { Name = "g", Entries = ["iqn.2001-04.com.example:h"], StorageServerUuid = "u", StorageServerName = "lab" }],
        Status = "fine",
        Description = "array",
        TotalBytes = long.MaxValue,
        UsedBytes = 2,
        FreeBytes = 0,
        AllocatedBytes = 4,
        ReportedAt = new(2026, 11, 28, 1, 2, 3, 456, TimeSpan.FromHours(2)),
    };

    public static TheoryData<string> Changes =>
    [
        """{"Version":2,"Servers":[]}""", """{"Version":1}""", """{"Servers":[],"Version":1}""", """{"Version":1,"Servers":[],"More":1}""", "[]", "null", "",
        """{"Version":1,"Servers":[null]}""", """{"Version":"1","Servers":[]}""", """{"Version":1.5,"Servers":[]}""",
    ];

    [Fact]
    public void It_reads_every_property_of_a_server_as_the_serializer_does()
    {
        Assert.DoesNotContain(
            typeof(StorageServer).GetProperties(),
            property => property.GetValue(Full) is null or "" or false or 0L && property.Name != nameof(StorageServer.FreeBytes));
        RegisteredServer[] servers = [new(Full, "Class.Name", "r1", "s1"), new(new(), "", "")];

        Assert.Equal(servers, PlainServerList.TryRead(Write(servers), 1));
    }

    [Fact]
    public void A_field_that_this_version_does_not_know_is_left_to_the_serializer()
    {
        foreach (var path in new[] { "Server", "Server.AccessContexts.0", "Server.IscsiTargets.0", "Server.AccessGroups.0", "" })
        {
            var json = JsonNode.Parse(Write([new(Full, "Class.Name", "r1")]))!;
            var node = json["Servers"]![0]!;
            foreach (var step in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
            {
                node = (int.TryParse(step, out var index) ? node[index] : node[step])!;
            }

            node["New"] = 1;
            Assert.Null(PlainServerList.TryRead(Encoding.UTF8.GetBytes(json.ToJsonString()), 1));
        }
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public void Anything_else_is_left_to_the_serializer(string json) => Assert.Null(PlainServerList.TryRead(Encoding.UTF8.GetBytes(json), 1));

    private static byte[] Write(RegisteredServer[] servers) => JsonSerializer.SerializeToUtf8Bytes(new { Version = 1, Servers = servers }, StoredJson.Options);
}
