using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Plugins;

/// <summary>Tests of what becomes of plug-ins in folders.</summary>
public abstract class PluginTests : IDisposable
{
    protected TestBed Bed { get; } = new();

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>What the engine says of the plug-ins in a folder.</summary>
    protected IReadOnlyList<OscPlugin> In(string folder) =>
        [.. Bed.Engine.Plugins.GetAll(load: true).Where(plugin => (plugin.Path + "/").StartsWith(Bed.FolderOf(folder) + "/", StringComparison.Ordinal))];

    /// <summary>Installs one beside the good one, and says what the engine says of it. The good one must stay as it is.</summary>
    protected OscPlugin Judge(PluginBlueprint plugin)
    {
        Bed.Install(plugin, "Odd");
        AssertTheGoodOneIsReady();
        return Assert.Single(In("Odd"));
    }

    protected void AssertTheGoodOneIsReady() => Assert.Equal((PluginState.Ready, null), (Assert.Single(In("Recording")).State, In("Recording")[0].Problem));

    protected static void AssertIs(PluginState state, string problem, OscPlugin plugin)
    {
        Assert.Contains(problem, plugin.Problem, StringComparison.Ordinal);
        Assert.Equal(state, plugin.State);
    }

    public virtual void Dispose()
    {
        Bed.Dispose();
        GC.SuppressFinalize(this);
    }
}
