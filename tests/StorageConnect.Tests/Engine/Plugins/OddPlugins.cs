using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Engine.Plugins;

/// <summary>Its constructor fails.</summary>
public class ThrowingPlugin : RecordingPlugin
{
    public ThrowingPlugin() => throw new FormatException("no configuration");
}

/// <summary>Its constructor never returns.</summary>
public class HangingPlugin : RecordingPlugin
{
    public HangingPlugin() => Thread.Sleep(Timeout.Infinite);
}

/// <summary>Its type can't be initialized.</summary>
public class UninitializedPlugin : RecordingPlugin
{
    private static readonly int Setting = int.Parse("none", System.Globalization.CultureInfo.InvariantCulture);

    public UninitializedPlugin() => GC.KeepAlive(Setting);
}

/// <summary>Uses its services before it has any.</summary>
public class EagerPlugin : RecordingPlugin
{
    public EagerPlugin() => Cache.Clear();
}

/// <summary>Overrides discover alone.</summary>
public class DiscoverOnlyPlugin : RecordingPlugin
{
    public override Task<StorageServer> DiscoverAsync(StorageServer server, CancellationToken cancellationToken) => Task.FromResult(server);
}

/// <summary>Overrides start and stop without discover.</summary>
public class StartAndStopPlugin : RecordingPlugin
{
    public override Task StartAsync(StorageServer server, CancellationToken cancellationToken) => Task.CompletedTask;

    public override Task StopAsync(StorageServer server, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Has methods of the optional ones' names, which override nothing.</summary>
public class NamesakePlugin : RecordingPlugin
{
    public static Task DiscoverAsync(string portal) => Task.FromResult(portal);

    public static Task StartAsync() => Task.CompletedTask;

    public new Task StopAsync(StorageServer server, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>No plug-in at all.</summary>
public class Stranger;
