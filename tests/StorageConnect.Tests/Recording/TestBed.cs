using StorageConnect.Engine;
using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Settings;
using Xunit;

namespace StorageConnect.Tests.Recording;

/// <summary>An engine of a test's own, with its folders, a recording array and the recording plug-in.</summary>
public sealed class TestBed : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private readonly TimeProvider _clock;

    /// <param name="plugin">The plug-in to install; the plain one when not given.</param>
    /// <param name="clock">The engine's clock; the system's when not given.</param>
    public TestBed(PluginBlueprint? plugin = null, TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        Paths = new(_folder["config"], _folder["state"], _folder["plugins"], _folder["module"]) { SystemPlugins = _folder["opt", "plugins"] };
        Install(plugin ?? new(), "Recording");
        Engine = NewEngine();
    }

    public EnginePaths Paths { get; }

    public StorageEngine Engine { get; }

    public FakeHost Host { get; } = new();

    public RecordingArray Array { get; } = new();

    public string ServersFile => Path.Combine(Paths.Config, "servers.json");

    public string SecretsFolder => Path.Combine(Paths.Config, "secrets");

    /// <summary>What a user enters for <see cref="Array"/>.</summary>
    public StorageServer Draft(string name = "lab") => new() { Name = name, StorageType = StorageType.SAN, ExtraInfo = Array.Id };

    /// <summary>Another engine with the same folders, as another process would have.</summary>
    public StorageEngine NewEngine() => new(Paths, Host, _clock);

    /// <summary>Puts a plug-in into a folder among the user's plug-ins.</summary>
    /// <returns>The assembly's path.</returns>
    public string Install(PluginBlueprint plugin, string folder) => plugin.WriteTo(FolderOf(folder));

    /// <summary>Where a plug-in of the user's is.</summary>
    public string FolderOf(string plugin) => Path.Combine(Paths.UserPlugins, plugin);

    /// <summary>Registers a server on <see cref="Array"/>, has its door opened, and forgets the calls it took.</summary>
    public async Task<StorageArray> OpenAsync(StorageServer? draft = null)
    {
        var server = await Engine.RegisterAsync(draft ?? Draft(), "Recording", saveCredential: false, Cancellation);
        var array = Engine.GetArray(server.Uuid);
        await array.ValidateAsync(Cancellation);
        Array.ForgetCalls();
        return array;
    }

    public void Dispose()
    {
        Array.Dispose();
        _folder.Dispose();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;
}
