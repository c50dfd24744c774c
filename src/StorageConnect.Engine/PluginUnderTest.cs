using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Plugins;
using StorageConnect.Engine.Servers;

namespace StorageConnect.Engine;

/// <summary>The plug-in of a registered server, for a run that tests it.</summary>
/// <param name="Plugin">The plug-in that serves the server.</param>
/// <param name="Entry">The server as registered.</param>
/// <param name="Open">Opens the array with another instance in place of the plug-in.</param>
/// <param name="Host">The services that a plug-in gets.</param>
/// <param name="Now">The start time of the run.</param>
internal sealed record PluginUnderTest(
    LoadedPlugin Plugin,
    RegisteredServer Entry,
    Func<Func<LoadedPlugin, LoadedPlugin>, StorageArray> Open,
    IHostServices Host,
    DateTimeOffset Now);
