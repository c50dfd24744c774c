using System.Text;
using System.Text.Json.Nodes;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Servers;

/// <summary>One entry of the list that can't be used is that server's error. The others work, and the entry is kept as it is.</summary>
public sealed class DamagedServerTests : IDisposable
{
    private readonly TestBed _bed = new();

    public static TheoryData<string, string> Damages => new()
    {
        { "unknown type", "Server.StorageType" },
        { "no server", "it is not whole" },
        { "no entry", "it is not whole" },
        { "text for a number", "Server.TotalBytes" },
        { "no Uuid", "it is not whole" },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task The_others_work_and_it_is_kept(string what, string problem)
    {
        await RegisterAsync("good");
        await RegisterAsync("bad");
        var entry = Damage(what);

        Assert.Equal("good", Assert.Single(_bed.Engine.GetServers()).Name);
        await _bed.Engine.GetArray("good").GetStatusAsync(null, Cancellation);
        var told = Assert.Single(_bed.Engine.GetDamagedServers());
        Assert.Equal("StorageServerDamaged", told.ErrorId);
        Assert.Contains(problem, told.Message, StringComparison.Ordinal);
        Assert.Contains(_bed.ServersFile, told.Message, StringComparison.Ordinal);

        await RegisterAsync("new");
        await _bed.Engine.ChangeAsync("new", server => server with { AdminHost = "changed" }, null, Cancellation);
        _bed.Engine.Unregister("good");
        Assert.Contains(ReadEntries(), kept => JsonNode.DeepEquals(kept, entry));
        Assert.Equal("new", Assert.Single(_bed.NewEngine().GetServers()).Name);
    }

    [Fact]
    public async Task Nothing_chooses_among_the_servers_while_one_is_damaged()
    {
        await RegisterAsync("good");
        await RegisterAsync("bad");
        Damage("unknown type");

        Assert.Contains("'bad'", Expect.Failure<InvalidRequestException>("StorageServerNeeded", "StorageServer", () => _bed.Engine.GetDefaultArray()).Message,
            StringComparison.Ordinal);
        Expect.Failure<DataCorruptException>("StorageServerDamaged", "bad", () => _bed.Engine.GetArrays());
        Expect.Failure<DataCorruptException>("StorageServerDamaged", "bad", () => _bed.Engine.GetArray("BAD"));
        Assert.Contains("'bad'", Expect.Failure<NotFoundException>("StorageServerNotFound", "nope", () => _bed.Engine.GetArray("nope")).Message,
            StringComparison.Ordinal);
        await Expect.FailureAsync<AlreadyExistsException>("StorageServerExists", "bad", () => RegisterAsync("bad"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_can_be_unregistered(bool isAlone)
    {
        await RegisterAsync("good");
        await RegisterAsync("bad");
        Damage("unknown type");
        if (isAlone)
        {
            _bed.Engine.Unregister("good");
            Assert.Contains("StorageType", Expect.Failure<DataCorruptException>("ServerListCorrupt", _bed.ServersFile, () => _bed.Engine.GetServers()).Message,
                StringComparison.Ordinal);
        }

        Assert.Equal("bad", _bed.Engine.CheckUnregister("BAD"));
        _bed.Engine.Unregister("BAD");
        Assert.Empty(_bed.NewEngine().GetDamagedServers());
        Assert.Equal(isAlone ? [] : ["good"], _bed.Engine.GetServers().Select(server => server.Name));
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public async Task A_byte_order_mark_is_read(string encoding)
    {
        await RegisterAsync("l\u00e4b");
        await File.WriteAllTextAsync(_bed.ServersFile, await File.ReadAllTextAsync(_bed.ServersFile, Cancellation),
            encoding == "utf-8" ? new UTF8Encoding(encoderShouldEmitUTF8Identifier: true) : Encoding.GetEncoding(encoding), Cancellation);

        Assert.Equal("l\u00e4b", Assert.Single(_bed.NewEngine().GetServers()).Name);
        await RegisterAsync("other");
        Assert.Equal(2, _bed.NewEngine().GetServers().Count);
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task A_link_stays_and_what_it_leads_to_is_written()
    {
        using var elsewhere = new TemporaryFolder();
        await RegisterAsync("one");
        var target = elsewhere["settings/servers.json"];
        var mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        Directory.CreateDirectory(Path.GetDirectoryName(target)!, mode);
        File.Move(_bed.ServersFile, target);
        File.CreateSymbolicLink(_bed.ServersFile, target);
        var other = _bed.NewEngine();
        Assert.Single(other.GetServers());

        await RegisterAsync("two");

        Assert.Equal(target, new FileInfo(_bed.ServersFile).LinkTarget);
        Assert.Contains("\"two\"", await File.ReadAllTextAsync(target, Cancellation), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(target));
        Assert.Equal(mode, File.GetUnixFileMode(Path.GetDirectoryName(target)!));
        Assert.Equal(2, other.GetServers().Count);
        File.SetLastWriteTimeUtc(target, DateTime.UnixEpoch);
        Assert.Equal(2, other.GetServers().Count);
        await RegisterAsync("three");
        Assert.Equal(3, other.GetServers().Count);
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("circle")]
    [InlineData("open folder")]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task A_link_that_leads_nowhere_or_where_others_can_write_is_told(string what)
    {
        using var elsewhere = new TemporaryFolder();
        await RegisterAsync("one");
        var target = elsewhere["settings/servers.json"];
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Move(_bed.ServersFile, target);
        File.CreateSymbolicLink(_bed.ServersFile, what == "circle" ? _bed.ServersFile : target);
        if (what == "gone")
        {
            Directory.Delete(Path.GetDirectoryName(target)!, recursive: true);
        }
        else if (what == "open folder")
        {
            File.SetUnixFileMode(Path.GetDirectoryName(target)!, (UnixFileMode)0b111_111_111);
            await Expect.FailureAsync<AccessDeniedException>("ServerListNotWritable", _bed.ServersFile, () => RegisterAsync("two"));
            Assert.Single(_bed.NewEngine().GetServers());
            return;
        }

        Expect.Failure<AccessDeniedException>("ServerListNotReadable", _bed.ServersFile, () => _bed.NewEngine().GetServers());
        await Expect.FailureAsync<AccessDeniedException>("ServerListNotReadable", _bed.ServersFile, () => RegisterAsync("two"));
        Assert.NotNull(new FileInfo(_bed.ServersFile).LinkTarget);
    }

    private Task<StorageServer> RegisterAsync(string name) => _bed.Engine.RegisterAsync(_bed.Draft(name), "Recording", false, Cancellation);

    private List<JsonNode?> ReadEntries() => [.. JsonNode.Parse(File.ReadAllText(_bed.ServersFile))!["Servers"]!.AsArray()];

    private JsonNode? Damage(string what)
    {
        var json = JsonNode.Parse(File.ReadAllText(_bed.ServersFile))!;
        var entry = json["Servers"]![1]!.AsObject();
        switch (what)
        {
            case "unknown type":
                entry["Server"]!["StorageType"] = "NVMe";
                break;
            case "no server":
                entry.Remove("Server");
                break;
            case "no entry":
                json["Servers"]![1] = null;
                break;
            case "text for a number":
                entry["Server"]!["TotalBytes"] = "much";
                break;
            default:
                entry["Server"]!.AsObject().Remove("Uuid");
                break;
        }

        File.WriteAllText(_bed.ServersFile, json.ToJsonString());
        return json["Servers"]![1]?.DeepClone();
    }
}
