using StorageConnect.Conformance;
using StorageConnect.Engine;
using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Plugins;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Workers;

/// <summary>An engine with plug-ins in processes of their own.</summary>
public sealed class WorkerBed : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public WorkerBed() => Engine = new(new(_folder["config"], _folder["state"], _folder["plugins"], Path.Combine(StagedModule.Folder, "plugins")), Host);

    public FakeHost Host { get; } = new();

    public StorageEngine Engine { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A folder of the test's own, created.</summary>
    public string NewFolder(string name) => Directory.CreateDirectory(_folder[name]).FullName;

    public string this[string name] => _folder[name];

    /// <summary>Writes a plug-in's file and registers it.</summary>
    public OscPlugin Register(string file, string text, PluginOptions? options = null)
    {
        var path = Path.Combine(NewFolder("source"), file);
        File.WriteAllText(path, text);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        return Assert.Single(Engine.Plugins.Add(path, options: options));
    }

    /// <summary>Registers a server of a plug-in.</summary>
    public async Task<StorageArray> OpenAsync(string plugin, Func<StorageServer, StorageServer>? change = null, string name = "lab")
    {
        var draft = new StorageServer { Name = name, StorageType = StorageType.SAN };
        await Engine.RegisterAsync(change?.Invoke(draft) ?? draft, plugin, saveCredential: false, Cancellation);
        return Engine.GetArray(name);
    }

    /// <summary>Runs the conformance kit on a registered server.</summary>
    public async Task<IReadOnlyList<OscConformanceResult>> RunKitAsync(string server)
    {
        using var run = new ConformanceRun(Engine, server, new() { Destructive = true, SizeBytes = 1 << 20 });
        var results = await run.RunAsync(Cancellation).ToListAsync(Cancellation);
        Assert.Equal(run.Count, results.Count);
        Assert.Empty(run.Remains);
        Assert.Empty(run.Leftovers);
        var failed = results.Where(result => result.Outcome == ConformanceOutcome.Failed).ToList();
        Assert.True(failed.Count == 0, string.Join('\n', failed.Select(result => $"{result.Clause}: expected {result.Expected}, seen {result.Seen}")));
        return results;
    }

    /// <summary>The processes that serve a plug-in now.</summary>
    public IReadOnlyList<OscPluginWorker> WorkersOf(string plugin) => Engine.Plugins.GetAll().Single(one => one.Name == plugin).Workers;

    public void Dispose() => _folder.Dispose();
}
