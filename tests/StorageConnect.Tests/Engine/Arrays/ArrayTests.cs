using StorageConnect.Engine.Arrays;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Arrays;

/// <summary>Tests of the door to an array: a registered recording array, opened, with one of everything on it, and no call written down yet.</summary>
public abstract class ArrayTests : IAsyncLifetime
{
    /// <summary>Opens an array of this plug-in; the plain one when not given.</summary>
    protected ArrayTests(PluginBlueprint? plugin = null)
    {
        Bed = new(plugin);
        On = new(Bed.Array.Contents);
    }

    protected TestBed Bed { get; }

    /// <summary>The array behind the plug-in.</summary>
    protected RecordingArray Behind => Bed.Array;

    /// <summary>What is on it.</summary>
    protected Furniture On { get; }

    /// <summary>The engine's door to it.</summary>
    protected StorageArray Door { get; private set; } = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Changes what the array can do from now on.</summary>
    protected void Can(Func<Capabilities, Capabilities> change) => Behind.Contents.Abilities = change(Behind.Contents.Abilities);

    public async ValueTask InitializeAsync() => Door = await Bed.OpenAsync();

    public ValueTask DisposeAsync()
    {
        Bed.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
