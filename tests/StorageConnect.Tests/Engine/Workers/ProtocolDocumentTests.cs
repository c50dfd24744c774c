using System.Text.Json;
using System.Text.RegularExpressions;
using StorageConnect.Engine.Errors;
using StorageConnect.Engine.Workers;
using StorageConnect.Tests.Recording;
using StorageConnect.Worker;
using Xunit;

namespace StorageConnect.Tests.Engine.Workers;

/// <summary>
/// Every example of the protocol's document, run: a program plays the plug-in's part, the engine's calls are made of the example's parameters, and
/// what the engine sends and returns is compared with the example.
/// </summary>
public sealed partial class ProtocolDocumentTests : IDisposable
{
    private static readonly string Document = Path.Combine(StagedModule.Root, "docs", "plugin-protocol.md");
    private static readonly string Replay = Path.Combine(StagedModule.Root, "tests", "StorageConnect.Tests", "Engine", "Workers", "replay_worker.py");
    private static readonly JsonElement[][] All = [.. Conversation().Matches(File.ReadAllText(Document))
        .Select(match => match.Groups[1].Value.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Parse).ToArray())];

    private readonly TemporaryFolder _folder = new();
    private readonly FakeHost _host = new();

    public static bool HasPython => PythonPluginTests.HasPython;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_method_has_an_example()
    {
        var methods = All[0][1].GetProperty("result").GetProperty("plugins")[0].GetProperty("implements").Deserialize<string[]>()!;

        Assert.Equal(methods.Order(StringComparer.Ordinal),
            All.Skip(1).Select(example => example[0].GetProperty("method").GetString()!).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(46, methods.Length);
    }

    [Fact(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    public async Task Every_example_is_what_the_engine_sends_and_understands()
    {
        var (plugin, descriptor) = await IntroduceAsync();
        AssertSame(All[0][..1], Seen("initialize.json"), "initialize");
        Assert.Equal(TimeSpan.FromSeconds(2.5), plugin.ProgressInterval);
        _host.Devices.Add("36025c0d0112233445566778899aabbcc");

        foreach (var example in All.Skip(1))
        {
            await RunAsync(new PluginService(descriptor, plugin), example);
        }
    }

    [Theory(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    [InlineData("""{"jsonrpc": "2.0", "id": 1}""")]
    [InlineData("""{"jsonrpc": "2.0", "method": "$/items", "params": {"id": 1}}""")]
    [InlineData("""{"jsonrpc": "2.0", "method": "$/items", "params": {"id": 1, "items": null}}""")]
    public async Task A_list_about_which_nothing_is_said_is_not_empty(string answer)
    {
        var (plugin, _) = await IntroduceAsync();
        await File.WriteAllTextAsync(_folder["block.json"], $$"""[{"method": "list"}, {{answer}}]""", Cancellation);
        var server = new StorageServer { Uuid = "5e", Name = "lab", AdminHost = _folder.Path };

        var error = await Assert.ThrowsAsync<PluginFaultException>(async () => await plugin.ListAsync(server, new(), Cancellation).ToListAsync(Cancellation));

        Assert.Contains("list", error.Message, StringComparison.Ordinal);
    }

    private async Task<(WorkerPlugin Plugin, PluginDescriptor Descriptor)> IntroduceAsync()
    {
        File.Copy(Replay, _folder["replay.py"]);
        await File.WriteAllTextAsync(_folder["initialize.json"], JsonSerializer.Serialize(All[0]), Cancellation);
        var introduced = All[0][1].GetProperty("result").GetProperty("plugins")[0];
        var descriptor = introduced.GetProperty("descriptor").Deserialize<PluginDescriptor>(RecordJson.Options)!;
        var plugin = new WorkerPlugin(descriptor, "1.2.10", new("/usr/bin/python3", [_folder["replay.py"]], _folder.Path), new())
        {
            Services = new(new PluginCache(), _host) { StateFolder = "/home/admin/.local/state/storage-connect/plugins/crate.CratePlugin" },
        };
        Assert.Null(await plugin.IntroduceAsync(Cancellation));
        return (plugin, descriptor);
    }

    private async Task RunAsync(PluginService service, JsonElement[] example)
    {
        var method = example[0].GetProperty("method").GetString()!;
        await File.WriteAllTextAsync(_folder["block.json"], JsonSerializer.Serialize(example), Cancellation);
        File.Delete(_folder["block.json.seen"]);
        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        // The player finds its lines by the server's address, which an example may have too.
        var parameters = WithFolder(example[0].GetProperty("params"));
        var call = CallAsync(service, method, parameters, cancellation.Token);
        if (example.Any(line => line.TryGetProperty("method", out var name) && name.GetString() == WorkerProtocol.CancelRequest))
        {
            while (!File.Exists(_folder["block.json.seen"]))
            {
                await Task.Delay(5, Cancellation);
            }

            await cancellation.CancelAsync();
        }

        await AssertOutcomeAsync(call, example[^1], method);
        AssertSame([.. example.Where((line, i) => i == 0 || IsOfEngine(line, example[0]))], Seen("block.json"), method);
    }

    private static async Task<object?> CallAsync(PluginService service, string method, JsonElement parameters, CancellationToken token)
    {
        if (method != GuideMethod.List)
        {
            return await service.CallAsync(method, parameters, token);
        }

        using var call = new ServedCall();
        var elements = new List<StorageElement>();
        elements.AddRange(await service.ListAsync(parameters, call, elements.AddRange));
        return elements;
    }

    private static async Task AssertOutcomeAsync(Task<object?> call, JsonElement expected, string method)
    {
        if (expected.TryGetProperty("result", out var result))
        {
            var actual = JsonSerializer.SerializeToElement(await call, RecordJson.Options);
            // A list that came in parts has no result of its own.
            AssertContains(method == GuideMethod.List && result.ValueKind == JsonValueKind.Null ? actual : result, actual, method);
            return;
        }

        var error = expected.GetProperty("error");
        if (error.GetProperty("code").GetInt32() == WorkerProtocol.Cancelled)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
            return;
        }

        var thrown = await Assert.ThrowsAnyAsync<StorageConnectException>(() => call);
        if (!error.GetProperty("data").TryGetProperty("kind", out var kind))
        {
            Assert.IsType<PluginFaultException>(thrown);
            Assert.Contains("threw KeyError: volume", thrown.Message, StringComparison.Ordinal);
            return;
        }

        Assert.Equal(kind.GetString() + "Exception", thrown.GetType().Name);
        Assert.Equal(
            (error.GetProperty("message").GetString(), error.GetProperty("data").GetProperty("id").GetString(),
                error.GetProperty("data").GetProperty("action").GetString(), error.GetProperty("data").GetProperty("element").GetString()),
            (thrown.Message, thrown.ErrorId, thrown.Recommendation, thrown.Element));
        Assert.Equal(["access group hosts"], thrown.Obstacles);
    }

    /// <summary>What the engine sent has all that the example has. Numbers of requests are its own.</summary>
    private static void AssertSame(JsonElement[] expected, JsonElement[] actual, string method)
    {
        Assert.Equal(expected.Length, actual.Length);
        foreach (var (wanted, sent) in expected.Zip(actual))
        {
            AssertContains(wanted, sent, method);
        }
    }

    private static void AssertContains(JsonElement expected, JsonElement actual, string where)
    {
        if (expected.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in expected.EnumerateObject().Where(member => member.Name != "id"))
            {
                Assert.True(actual.ValueKind == JsonValueKind.Object && actual.TryGetProperty(member.Name, out _), $"{where}: no {member.Name} in {actual}");
                AssertContains(member.Value, actual.GetProperty(member.Name), $"{where}.{member.Name}");
            }
        }
        else if (expected.ValueKind == JsonValueKind.Array)
        {
            Assert.Equal(expected.GetArrayLength(), actual.GetArrayLength());
            foreach (var (wanted, sent) in expected.EnumerateArray().Zip(actual.EnumerateArray()))
            {
                AssertContains(wanted, sent, where);
            }
        }
        else
        {
            Assert.True(JsonElement.DeepEquals(expected, actual), $"{where}: {expected} is expected, not {actual}");
        }
    }

    // What follows a request of the plug-in is the engine's, and so are its notifications.
    private static bool IsOfEngine(JsonElement line, JsonElement first) => line.TryGetProperty("method", out var method)
        ? method.GetString() is WorkerProtocol.Acknowledge or WorkerProtocol.CancelRequest
        : line.GetProperty("id").GetInt64() != first.GetProperty("id").GetInt64();

    private JsonElement[] Seen(string name) => JsonSerializer.Deserialize<JsonElement[]>(File.ReadAllText(_folder[name + ".seen"]))!;

    private JsonElement WithFolder(JsonElement parameters)
    {
        var changed = System.Text.Json.Nodes.JsonNode.Parse(parameters.GetRawText())!;
        changed["server"]!["AdminHost"] = _folder.Path;
        return JsonSerializer.SerializeToElement(changed);
    }

    private static JsonElement Parse(string line) => JsonDocument.Parse(line).RootElement.Clone();

    [GeneratedRegex(@"^```json\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Conversation();
}
