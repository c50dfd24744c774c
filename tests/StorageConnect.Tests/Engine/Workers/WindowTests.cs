using System.Diagnostics;
using System.Text.Json;
using StorageConnect.Engine.Workers;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Workers;

/// <summary>A list comes in parts, at most four ahead of the engine's acknowledgements. Those of a list that was given up may come late.</summary>
public sealed class WindowTests : IDisposable
{
    private const int Elements = 5000;
    private const int LongestMessage = 1 << 24;

    // A part too many would be there at once.
    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(300);

    private const string Listing = """
        from OSCPlugin import *

        class ListingPlugin(IStorageArrayPlugin):
            plugin_name = "Listing"
            vendor_name = "Example"
            plugin_version = "1.0.0-1"
            plugin_desc = "Has many elements"
            storage_types = [IStorageArrayPlugin.SANStorage]
            plugin_ability = {"access_control": ABILITY_TYPES.NO}

            def list(self, ss_record, se_type=None):
                return [{"uuid": "%032x" % i, "name": "e%d" % i, "page83_id": "36%031x" % i, "size": 1} for i in range(5000)]
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly List<long> _parts = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact(Skip = "nodejs is not installed", SkipUnless = nameof(ProgramPluginTests.HasNode), SkipType = typeof(ProgramPluginTests))]
    public Task A_late_acknowledgement_opens_no_window_of_the_next_list_in_JavaScript()
    {
        File.WriteAllText(Path.Combine(_folder.Path, "crate.json"), RecordJson.Write(new
        {
            groups = Array.Empty<AccessGroup>(),
            elements = Enumerable.Range(0, Elements).Select(
                i => new StorageElement { Uuid = $"{i:x32}", Name = $"e{i}", Page83Id = $"36{i:x31}", SizeBytes = 1 }),
        }));
        return TryAsync("/usr/bin/node", Path.Combine(StagedModule.Root, "docs", "examples", "crate", "crate.mjs"));
    }

    [Fact]
    public Task A_late_acknowledgement_opens_no_window_of_the_next_list_in_Python()
    {
        var python = StorageConnect.Engine.Plugins.PluginLaunch.FindPython();
        Assert.SkipWhen(python is null, "Python is not installed.");
        File.WriteAllText(Path.Combine(_folder.Path, "listing.py"), Listing);
        return TryAsync(
            python, "-B", "-E", "-s", Path.Combine(AppContext.BaseDirectory, "python", "osc_worker.py"), Path.Combine(_folder.Path, "listing.py"));
    }

    private async Task TryAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var peer = new JsonRpcPeer(process.StandardOutput.BaseStream, process.StandardInput.BaseStream, LongestMessage) { OnNotification = Note };
        var reading = Task.Run(peer.Run, Token);
        try
        {
            var answer = await peer.RequestAsync(peer.NextId(), "initialize", json =>
            {
                json.WriteNumber("protocolVersion"u8, WorkerProtocol.ProtocolVersion);
                json.WriteString("apiVersion"u8, "1.2.10"u8);
            }).WaitAsync(Token);
            Assert.False(answer.IsError);
            var first = await BeginAsync(peer);
            await GiveUpAsync(peer, first);

            var second = await BeginAsync(peer);
            for (var late = 0; late < WorkerProtocol.Window; late++)
            {
                Tell(peer, WorkerProtocol.Acknowledge, first.Id);
            }

            await Task.Delay(Moment, Token);
            Assert.Equal(WorkerProtocol.Window, PartsOf(second.Id));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
            await reading;
        }
    }

    /// <summary>Begins a list and waits until the window is full.</summary>
    private async Task<(long Id, Task<Message> Answer)> BeginAsync(JsonRpcPeer peer)
    {
        var id = peer.NextId();
        var answer = peer.RequestAsync(id, "list", json =>
        {
            json.WritePropertyName("server"u8);
            JsonSerializer.Serialize(json, new { Uuid = new string('5', 32), Name = "lab", StorageType = "SAN", ExtraInfo = $"Folder={_folder.Path}" });
            json.WritePropertyName("filter"u8);
            JsonSerializer.Serialize(json, new { Types = new[] { "Lun", "SnapClone" } });
        });
        var backoff = new Backoff(TimeSpan.FromMinutes(1));
        while (PartsOf(id) < WorkerProtocol.Window)
        {
            Assert.True(await backoff.WaitAsync(Token), $"{PartsOf(id)} parts came.");
        }

        return (id, answer);
    }

    private static async Task GiveUpAsync(JsonRpcPeer peer, (long Id, Task<Message> Answer) list)
    {
        Tell(peer, WorkerProtocol.CancelRequest, list.Id);
        Tell(peer, WorkerProtocol.Acknowledge, list.Id);
        Assert.True((await list.Answer.WaitAsync(Token)).IsError);
    }

    private static void Tell(JsonRpcPeer peer, string method, long id) => peer.Notify(method, json => json.WriteNumber("id"u8, id));

    private void Note(Message message)
    {
        if (message.Method != WorkerProtocol.Items)
        {
            return;
        }

        using var parameters = JsonDocument.Parse(message.Params.ToArray());
        lock (_parts)
        {
            _parts.Add(parameters.RootElement.GetProperty("id").GetInt64());
        }
    }

    private int PartsOf(long list)
    {
        lock (_parts)
        {
            return _parts.Count(part => part == list);
        }
    }
}
