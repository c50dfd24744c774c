using System.Text.Json;
using System.Text.Json.Nodes;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Servers;

/// <summary>The list of registered servers: one file, several processes.</summary>
public sealed class ServerListTests : IDisposable
{
    private readonly TestBed _bed = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _bed.Dispose();

    private Task<StorageServer> RegisterAsync(string name) => _bed.Engine.RegisterAsync(_bed.Draft(name), "Recording", false, Cancellation);

    [Fact]
    public void Before_anything_is_registered_there_is_no_file_and_no_server()
    {
        Assert.Empty(_bed.Engine.GetServers());
        Assert.False(Path.Exists(_bed.Paths.Config));
        Expect.Failure<NotFoundException>("StorageServerNotFound", "StorageServer", () => _bed.Engine.GetDefaultArray());
    }

    [Fact]
    public async Task The_only_server_is_the_default_and_of_several_none_is()
    {
        await RegisterAsync("one");
        Assert.Equal("one", _bed.Engine.GetDefaultArray().Name);
        await RegisterAsync("two");
        Expect.Failure<InvalidRequestException>("StorageServerNeeded", "StorageServer", () => _bed.Engine.GetDefaultArray());
    }

    [Fact]
    public async Task A_server_is_found_by_uuid_or_by_name_in_any_case()
    {
        var server = await RegisterAsync("lab");
        Assert.Equal(server.Uuid, _bed.Engine.GetArray("LAB").Uuid);
        Assert.Same(_bed.Engine.GetArray("lab"), _bed.Engine.GetArray(server.Uuid));
        var error = Expect.Failure<NotFoundException>("StorageServerNotFound", "none", () => _bed.Engine.GetArray("none"));
        Assert.Contains("'lab'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_engines_see_each_others_servers_at_once()
    {
        var other = _bed.NewEngine();
        Assert.Empty(other.GetServers());
        for (var round = 0; round < 20; round++)
        {
            await RegisterAsync("a");
            Assert.Single(other.GetServers());
            other.Unregister("a");
            Assert.Empty(_bed.Engine.GetServers());
        }
    }

    [Fact]
    public async Task A_change_of_the_same_length_at_the_same_moment_is_seen()
    {
        var server = await RegisterAsync("lab");
        var other = _bed.NewEngine();
        for (var round = 10; round < 40; round++)
        {
            await _bed.Engine.ChangeAsync(server.Uuid, old => old with { AdminHost = $"host-{round}" }, null, Cancellation);
            Assert.Equal($"host-{round}", other.GetServers()[0].AdminHost);
        }
    }

    [Fact]
    public async Task A_change_that_a_young_time_stamp_can_not_tell_is_seen()
    {
        await _bed.Engine.RegisterAsync(_bed.Draft() with { AdminHost = "host-1" }, "Recording", false, Cancellation);
        var stamp = DateTime.UtcNow.AddHours(1);
        File.SetLastWriteTimeUtc(_bed.ServersFile, stamp);
        Assert.Equal("host-1", _bed.Engine.GetServers()[0].AdminHost);
        await ChangeBehindItsBackAsync(stamp);
        Assert.Equal("host-2", _bed.Engine.GetServers()[0].AdminHost);
    }

    [Fact]
    public async Task A_file_that_was_moved_away_a_moment_after_it_was_written_holds_no_servers()
    {
        await RegisterAsync("lab");
        Assert.Single(_bed.Engine.GetServers());
        File.Delete(_bed.ServersFile);
        Assert.Empty(_bed.Engine.GetServers());
    }

    [Fact]
    public async Task A_list_that_can_not_be_written_is_told_and_registers_nothing()
    {
        File.WriteAllText(_bed.Paths.Config, "a file where the folder should be");
        await Expect.FailureAsync<AccessDeniedException>("ServerListNotWritable", _bed.ServersFile, () => RegisterAsync("lab"));
        Assert.Empty(_bed.Engine.GetServers());
    }

    [Fact]
    public async Task A_change_is_made_to_what_the_file_holds_and_not_to_what_was_read_before()
    {
        await _bed.Engine.RegisterAsync(_bed.Draft() with { AdminHost = "host-1" }, "Recording", false, Cancellation);
        File.SetLastWriteTimeUtc(_bed.ServersFile, DateTime.UnixEpoch);
        Assert.Equal("host-1", _bed.Engine.GetServers()[0].AdminHost);
        await ChangeBehindItsBackAsync(DateTime.UnixEpoch);
        await RegisterAsync("two");
        Assert.Equal("host-2", _bed.NewEngine().GetArray("lab").Server.AdminHost);
    }

    /// <summary>As another process would, without any trace in time stamp or length.</summary>
    private async Task ChangeBehindItsBackAsync(DateTime stamp)
    {
        var content = await File.ReadAllTextAsync(_bed.ServersFile, Cancellation);
        await File.WriteAllTextAsync(_bed.ServersFile, content.Replace("host-1", "host-2", StringComparison.Ordinal), Cancellation);
        File.SetLastWriteTimeUtc(_bed.ServersFile, stamp);
    }

    [Fact]
    public async Task Many_who_register_at_once_are_all_there()
    {
        var engines = Enumerable.Range(0, 4).Select(_ => _bed.NewEngine()).ToList();
        await Parallel.ForAsync(0, 40, Cancellation, async (i, token) =>
            await engines[i % 4].RegisterAsync(_bed.Draft($"server-{i:00}"), "Recording", false, token));
        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"server-{i:00}"), _bed.NewEngine().GetServers().Select(server => server.Name).Order());
    }

    [Fact]
    public async Task Of_many_who_register_one_name_at_once_one_wins()
    {
        var engines = Enumerable.Range(0, 4).Select(_ => _bed.NewEngine()).ToList();
        var won = 0;
        await Parallel.ForAsync(0, 12, Cancellation, async (i, token) =>
        {
            try
            {
                await engines[i % 4].RegisterAsync(_bed.Draft("lab"), "Recording", false, token);
                Interlocked.Increment(ref won);
            }
            catch (AlreadyExistsException e)
            {
                Expect.Check(e, "StorageServerExists", "lab");
            }
        });
        Assert.Equal(1, won);
        Assert.Single(_bed.Engine.GetServers());
    }

    [Fact]
    public async Task Nothing_is_left_beside_the_file_but_its_lock()
    {
        await RegisterAsync("one");
        await RegisterAsync("two");
        _bed.Engine.Unregister("one");
        Assert.Equal(["servers.json", "servers.json.lock"], Directory.EnumerateFiles(_bed.Paths.Config).Select(Path.GetFileName).Order());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("\0\0\0\0")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{ "Version": 1, "Servers": null }""")]
    [InlineData("""{ "Version": 1, "Servers": [null] }""")]
    [InlineData("""{ "Version": 1, "Servers": [{}] }""")]
    [InlineData("""{ "Version": 1, "Servers": [{ "Server": { "Name": "x" }, "PluginClass": "c", "Revision": "r" }] }""")]
    [InlineData("""{ "Version": 1, "Servers": [{ "Server": { "Uuid": "u", "Name": null, "PluginName": "" }, "PluginClass": "c", "Revision": "r" }] }""")]
    [InlineData("""{ "Version": 1, "Servers": [{ "Server": { "Uuid": "u", "Name": "n", "AccessContexts": [null] }, "PluginClass": "c", "Revision": "r" }] }""")]
    [InlineData("""{ "Version": 2, "Servers": [] }""")]
    public async Task A_damaged_file_is_an_error_that_names_it_and_is_left_alone(string content)
    {
        Directory.CreateDirectory(_bed.Paths.Config);
        await File.WriteAllTextAsync(_bed.ServersFile, content, Cancellation);
        Expect.Failure<DataCorruptException>("ServerListCorrupt", _bed.ServersFile, () => _bed.Engine.GetServers());
        await Expect.FailureAsync<DataCorruptException>("ServerListCorrupt", _bed.ServersFile, () => RegisterAsync("lab"));
        Assert.Equal(content, await File.ReadAllTextAsync(_bed.ServersFile, Cancellation));
    }

    [Fact]
    public async Task A_list_that_is_missing_in_the_file_is_empty()
    {
        await RegisterAsync("lab");
        var json = JsonNode.Parse(await File.ReadAllTextAsync(_bed.ServersFile, Cancellation))!;
        json["Servers"]![0]!["Server"]!["NetDevices"] = null;
        json["Servers"]![0]!["Server"]!.AsObject().Remove("AccessContexts");
        await File.WriteAllTextAsync(_bed.ServersFile, json.ToJsonString(), Cancellation);
        var server = Assert.Single(_bed.NewEngine().GetServers());
        Assert.Empty(server.NetDevices);
        Assert.Empty(server.AccessContexts);
        await _bed.NewEngine().GetArray("lab").GetStatusAsync(null, Cancellation);
    }

    [Fact]
    public async Task The_file_keeps_every_property()
    {
        var server = await _bed.Engine.RegisterAsync(
            _bed.Draft() with
            {
                StorageType = StorageType.iSCSI,
                AccessContexts = [new() { Host = "a", Port = 1, NetDevice = "eth0" }, new() { Host = "b" }],
                AdminHost = "h",
                NetDevices = ["eth0", "eth1"],
                Chap = true,
                StorageId = "opaque \0 \u2028",
                IscsiTargets = [new() { TargetName = "t", Portal = "[::1]:3260", Tpgt = 2 }],
                AccessGroups = [new() { Name = "g", Entries = ["e"] }],
            }, "Recording", false, Cancellation);
        Assert.Equal(server, Assert.Single(_bed.NewEngine().GetServers()));
    }

    [Fact]
    public async Task The_file_is_readable_by_its_user_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "File modes are a Unix thing.");
        await RegisterAsync("lab");
#pragma warning disable CA1416 // Skipped on Windows.
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_bed.ServersFile));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_bed.ServersFile + ".lock"));
#pragma warning restore CA1416
    }

    [Fact]
    public async Task It_is_plain_JSON_for_people()
    {
        await RegisterAsync("lab");
        using var json = JsonDocument.Parse(await File.ReadAllTextAsync(_bed.ServersFile, Cancellation));
        var entry = json.RootElement.GetProperty("Servers")[0];
        Assert.Equal("SAN", entry.GetProperty("Server").GetProperty("StorageType").GetString());
        Assert.Equal(PluginBlueprint.DefaultClassName, entry.GetProperty("PluginClass").GetString());
    }

    [Theory]
    [InlineData("a folder")]
    [InlineData("a pipe")]
    [InlineData("a huge file")]
    [InlineData("two servers of one name")]
    [InlineData("one server twice")]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task Whatever_else_is_in_its_place_is_one_clear_error_and_no_empty_list(string what)
    {
        await RegisterAsync("lab");
        await RegisterAsync("other");
        var text = await File.ReadAllTextAsync(_bed.ServersFile, Cancellation);
        File.Delete(_bed.ServersFile);
        switch (what)
        {
            case "a folder":
                Directory.CreateDirectory(_bed.ServersFile);
                break;
            case "a pipe":
                using (var maker = System.Diagnostics.Process.Start("mkfifo", [_bed.ServersFile]))
                {
                    await maker.WaitForExitAsync(Cancellation);
                }

                break;
            case "a huge file":
                using (var huge = File.Create(_bed.ServersFile))
                {
                    huge.SetLength(1L << 40);
                }

                break;
            case "two servers of one name":
                await File.WriteAllTextAsync(_bed.ServersFile, text.Replace("\"other\"", "\"LAB\"", StringComparison.Ordinal), Cancellation);
                break;
            default:
                var content = JsonNode.Parse(text)!;
                content["Servers"]![1]!["Server"]!["Uuid"] = content["Servers"]![0]!["Server"]!["Uuid"]!.GetValue<string>();
                await File.WriteAllTextAsync(_bed.ServersFile, content.ToJsonString(), Cancellation);
                break;
        }

        Expect.Failure<DataCorruptException>("ServerListCorrupt", _bed.ServersFile, () => _bed.NewEngine().GetServers());
        Expect.Failure<DataCorruptException>("ServerListCorrupt", _bed.ServersFile, () => _bed.Engine.GetServers());
        await Expect.FailureAsync<DataCorruptException>("ServerListCorrupt", _bed.ServersFile, () => RegisterAsync("third"));
    }

    [Fact]
    [System.Runtime.Versioning.SupportedOSPlatform("linux")]
    public async Task Folders_on_the_way_are_the_users_alone()
    {
        using var folder = new TemporaryFolder();
        var paths = new StorageConnect.Engine.Settings.EnginePaths(folder["home/.config/storage-connect"], folder["home/.local/state/storage-connect"],
            _bed.Paths.UserPlugins, _bed.Paths.ModulePlugins);
        await new StorageConnect.Engine.StorageEngine(paths, _bed.Host).RegisterAsync(_bed.Draft(), "Recording", false, Cancellation);

        Assert.All(new[] { "home", "home/.config", "home/.config/storage-connect" },
            made => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder[made])));
    }
}
