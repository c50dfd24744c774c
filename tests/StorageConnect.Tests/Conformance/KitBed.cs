using StorageConnect.Conformance;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Conformance;

/// <summary>An engine with recording arrays that keep the guide, whose elements hold data, and runs of the kit on them.</summary>
public sealed class KitBed : IDisposable
{
    public const string Password = "correct horse";
    public const int MaxEntries = 12;

    private readonly TemporaryFolder _data = new();
    private readonly List<RecordingArray> _arrays = [];

    private readonly List<Secret> _secrets = [];

    /// <summary>The plug-in declares everything.</summary>
    public KitBed()
        : this(new())
    {
    }

    internal KitBed(PluginBlueprint plugin) => Bed = new(plugin.Base == typeof(RecordingPlugin) ? plugin with { Base = typeof(RecordingIscsiPlugin) } : plugin);

    public TestBed Bed { get; }

    /// <summary>What can be done, and at most so many entries in a group.</summary>
    public static Capabilities Limited { get; } = new(MemoryArray.Everything) { MaxAccessEntries = MaxEntries };

    /// <summary>Everything, in the background.</summary>
    public static Capabilities Later { get; } = new(MemoryArray.Everything)
    {
        SnapIsSync = Ability.No,
        CloneIsSync = Ability.No,
        ResizeIsSync = Ability.No,
        SplitCloneIsSync = Ability.No,
        SnapCloneIsSync = Ability.No,
    };

    /// <summary>Everything, of offline elements alone.</summary>
    public static Capabilities WhileOffline { get; } = new(MemoryArray.Everything)
    {
        Snapshot = Ability.Offline,
        Clone = Ability.Offline,
        Resize = Ability.Offline,
        SplitClone = Ability.Offline,
        SnapClone = Ability.Offline,
    };

    /// <summary>Nothing that needs an ability.</summary>
    public static Capabilities Nothing { get; } = new()
    {
        Snapshot = Ability.Unsupported,
        CustomSnapName = Ability.No,
        SnapIsSync = Ability.Yes,
        Clone = Ability.Unsupported,
        CustomCloneName = Ability.No,
        CloneIsSync = Ability.Yes,
        Resize = Ability.Unsupported,
        ResizeIsSync = Ability.Yes,
        SplitClone = Ability.Unsupported,
        SplitCloneIsSync = Ability.Yes,
        SplitCloneWhileOpen = Ability.No,
        SnapClone = Ability.Unsupported,
        SnapCloneIsSync = Ability.Yes,
        RequireStorageName = Ability.No,
        AccessControl = Ability.No,
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>An array that keeps the guide.</summary>
    public RecordingArray NewArray(Capabilities? abilities = null)
    {
        var array = new RecordingArray();
        _arrays.Add(array);
        var folder = _data[_arrays.Count.ToString(System.Globalization.CultureInfo.InvariantCulture)];
        Directory.CreateDirectory(folder);
        array.Contents.Data = new(folder);
        array.Contents.Abilities = abilities ?? Limited;
        array.Contents.Qualities = [.. array.Contents.Qualities, new() { Value = "silver", Name = "Silver", Description = "Good enough." }];
        array.Contents.VolumeGroups = ["pool", "slow"];
        array.Contents.CloneLimit = array.Contents.SnapLimit = 16;
        array.Before("validate", (call, _) => call.Server.GetAdminSecret()?.Use(characters => characters.SequenceEqual(Password)) == false
            ? throw new AuthenticationFailedException("The password is wrong.") : Task.CompletedTask);
        return array;
    }

    /// <summary>Registers an array, by its Id.</summary>
    public async Task RegisterAsync(RecordingArray array, Func<StorageServer, StorageServer>? change = null)
    {
        // One for each: the engine wipes those of a server that is unregistered.
        var secret = new Secret(Password);
        _secrets.Add(secret);
        var draft = new StorageServer { Name = array.Id, StorageType = StorageType.SAN, ExtraInfo = array.Id, AdminUser = "admin" }.WithAdminSecret(secret);
        await Bed.Engine.RegisterAsync(change?.Invoke(draft) ?? draft, "Recording", saveCredential: true, Cancellation);
    }

    /// <summary>Runs the kit on a registered array.</summary>
    public async Task<IReadOnlyList<OscConformanceResult>> RunAsync(RecordingArray array, ConformanceOptions options, Action<ConformanceRun>? look = null)
    {
        using var run = new ConformanceRun(Bed.Engine, array.Id,
            options with { SizeBytes = options.SizeBytes == new ConformanceOptions().SizeBytes ? 1 << 16 : options.SizeBytes });
        var results = await run.RunAsync(Cancellation).ToListAsync(Cancellation);
        Assert.Equal(run.Count, results.Count);
        look?.Invoke(run);
        return results;
    }

    /// <summary>Takes an array away again, so that a bed of hundreds registers each as fast as the first.</summary>
    public void Unregister(RecordingArray array)
    {
        Bed.Engine.Unregister(array.Id);
        array.Dispose();
    }

    public void Dispose()
    {
        _arrays.ForEach(array => array.Dispose());
        Bed.Dispose();
        _secrets.ForEach(secret => secret.Dispose());
        _data.Dispose();
    }
}
