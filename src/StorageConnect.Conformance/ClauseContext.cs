using StorageConnect.Engine.Arrays;

namespace StorageConnect.Conformance;

/// <summary>What a clause works with: the door to the array, and short ways to make what it needs. All it makes is removed after it.</summary>
internal sealed partial class ClauseContext(ConformanceSession session, CancellationToken cancellationToken)
{
    /// <summary>How many calls a clause makes at once.</summary>
    public const int ParallelCalls = 8;

    /// <summary>The engine's door.</summary>
    public StorageArray Array => session.Array;

    /// <summary>The plug-in behind the door, for what the door would reject, or corrects in an answer.</summary>
    public StorageArrayPlugin Raw => session.Raw;

    /// <summary>What the plug-in answered, before the door saw it.</summary>
    public PluginRecorder Recorder => session.Recorder;

    public PluginDescriptor Descriptor => session.Plugin.Descriptor;

    /// <summary>The server's record as registered.</summary>
    public StorageServer Server => session.Entry.Server;

    public CancellationToken Token => cancellationToken;

    /// <summary>Objects may be created, changed and removed.</summary>
    public bool Destructive => session.Options.Destructive;

    /// <summary>How many of something: a few, or with -Many a lot.</summary>
    public int Several(int few, int many) => session.Options.Many ? many : few;

    /// <summary>The size in bytes of what is made.</summary>
    public long Size => session.Options.SizeBytes;

    /// <summary>An element that is on no array.</summary>
    public StorageElement Unknown { get; } =
        new() { Uuid = Guid.NewGuid().ToString("n"), Name = "osc-conf-unknown", SizeBytes = 1 << 20, Page83Id = "36" + Guid.NewGuid().ToString("n")[1..] };

    /// <summary>A snapshot that is on no array.</summary>
    public StorageElement UnknownSnapshot => Unknown with { Type = StorageElementType.Snapshot, Page83Id = "" };

    /// <summary>What the plug-in itself overrides of the optional methods.</summary>
    public bool OverridesDiscovery => session.Plugin.OverridesDiscovery;

    /// <summary>Whether the plug-in has a method of its own for one of the guide's.</summary>
    public bool Implements(string method) => session.Plugin.Instance.Implements(method);

    /// <summary>What is wrong with the class itself, or null.</summary>
    public string? Problem => session.Plugin.FindProblem();

    /// <summary>The class; null where it is not in this process.</summary>
    public Type? PluginClass => session.Plugin.RunsElsewhere ? null : session.Plugin.Instance.GetType();

    /// <summary>The plug-in's cache, which the engine gave it.</summary>
    public PluginCache Cache => session.Plugin.Instance.Services.Cache;

    /// <summary>Checks the identity that hosts see. Where identities belong to the presentation there may be none.</summary>
    public void CheckPage83Id(StorageElement element)
    {
        if (!HasNoIdentityYet(element))
        {
            Check.IsPage83Id(element);
        }
    }

    /// <summary>True where hosts tell two elements apart, or will by their presentations.</summary>
    public bool DifferForHosts(StorageElement one, StorageElement other) => HasNoIdentityYet(one) || one.Page83Id != other.Page83Id;

    /// <summary>True for an element that may be without a page 0x83 id, and is.</summary>
    public bool HasNoIdentityYet(StorageElement element) => Descriptor.IdentityFromPresentation && element.Page83Id.Length == 0;

    /// <summary>The clause has nothing to check here.</summary>
    public static ClauseSkippedException Skip(string reason) => new(reason);

    /// <summary>A door with another instance of the plug-in behind it.</summary>
    public StorageArray OpenWithNewInstance() => session.OpenWithNewInstance();

    /// <summary>A door with another instance of the plug-in behind it, and the log that it writes to.</summary>
    public (StorageArray Door, WatchedLog Log) OpenWithLog()
    {
        var log = new WatchedLog(session.Plugin.Instance.Services.Log);
        return (session.OpenWithNewInstance(log), log);
    }

    /// <summary>Whether a process of its own sees the array that this one sees; null before that was asked.</summary>
    public bool? HasSharedProcess
    {
        get => session.HasSharedProcess;
        set => session.HasSharedProcess = value;
    }

    /// <summary>A door through a process of its own, opened once in a run; the clause is skipped where none can be started.</summary>
    public async Task<StorageArray> OpenInProcessAsync()
    {
        var door = await session.OpenInProcessAsync(Token) ?? throw Skip(
            "No process of its own can be started here for the plug-in: Test-OscPlugin starts one, a run from an author's own tests doesn't.");
        try
        {
            await door.ValidateAsync(Token);
            return door;
        }
        catch (StorageConnectException e)
        {
            throw Skip($"In a process of its own the plug-in doesn't reach the array: {e.Message}");
        }
    }

    /// <summary>The server as the plug-in gets it.</summary>
    public async Task<StorageServer> ValidatedServerAsync()
    {
        await Array.ValidateAsync(Token);
        return Recorder.Server ?? Server;
    }

    /// <summary>The run has made something on the array.</summary>
    public bool HasCreated => session.CreatedObjects.HadAny;

    /// <summary>Removes what was made so far, and tells what is left.</summary>
    public Task<IReadOnlyList<string>> SweepAsync() => session.Cleaner.SweepAsync(Token);

    /// <summary>What an ability comes to: of the plug-in and of the array, now.</summary>
    public async Task<Ability> AbilityAsync(AbilityKey key)
    {
        var now = await Array.GetCapabilitiesAsync(Token);
        var (plugin, array) = (Descriptor.Ability[key], now[key]);
        return !Can(plugin) ? plugin : Can(array) && plugin == Ability.Offline ? plugin : array;
    }

    public static bool Can(Ability ability) => ability is Ability.Yes or Ability.Online or Ability.Offline;

    /// <summary>Skips the clause where an ability isn't there.</summary>
    public async Task RequireAsync(AbilityKey key)
    {
        var ability = await AbilityAsync(key);
        if (!Can(ability))
        {
            throw Skip($"The ability {key} is {ability}.");
        }
    }

    public string NewName() => session.Names.Next();

    /// <summary>True for a name that this run gave.</summary>
    public bool IsOurs(string? name) => session.Names.IsOurs(name);

    public async Task<List<StorageElement>> ListAsync(StorageElementFilter? filter = null) => await Array.ListAsync(filter ?? new(), Token).ToListAsync(Token);

    public Task<StorageElement> InfoAsync(StorageElement element) => Array.GetInfoAsync(element, Token);

    /// <summary>The snapshots there are; the clause is skipped where the array can't tell.</summary>
    public Task<IReadOnlyList<StorageElement>> CurrentSnapsAsync(StorageElement? element) =>
        QueryAsync(() => Array.GetCurrentSnapsAsync(element, Token), "snapshots");

    /// <summary>The clones there are; the clause is skipped where the array can't tell.</summary>
    public Task<IReadOnlyList<StorageElement>> CurrentClonesAsync(StorageElement? element) =>
        QueryAsync(() => Array.GetCurrentClonesAsync(element, Token), "clones");

    /// <summary>Waits for what goes on in the background.</summary>
    public async Task<StorageElement> FinishAsync(StorageElement record, OscOperationKind kind, StorageArray? door = null)
    {
        for (var turn = 0; record.AsyncProgress is not null; turn++)
        {
            record = await (door ?? Array).GetAsyncProgressAsync(record, kind, Token);
            if (record.AsyncProgress is not null)
            {
                await PauseAsync(turn);
            }
        }

        return record;
    }

    /// <summary>The pause before progress is asked for again: it grows with the turns.</summary>
    public Task PauseAsync(int turn = 0)
    {
        var pause = session.Plugin.Instance.ProgressInterval ?? TimeSpan.FromMilliseconds(Math.Min(15 * Math.Pow(1.5, Math.Min(turn, 20)), 1000));
        return Task.Delay(pause, Token);
    }

    /// <summary>Makes a call that may be refused: what counts is seen afterwards.</summary>
    /// <returns>True when it was done.</returns>
    public static async Task<bool> TryAsync(Func<Task> call)
    {
        try
        {
            await call();
            return true;
        }
        catch (StorageConnectException)
        {
            return false;
        }
    }

    /// <summary>Takes an element offline where a feature works on offline elements alone. It stays so.</summary>
    public async Task ReadyAsync(AbilityKey key, params StorageElement[] elements)
    {
        if (await AbilityAsync(key) == Ability.Offline)
        {
            foreach (var element in elements)
            {
                await Array.OfflineAsync(element, Token);
            }
        }
    }

    /// <summary>Does the same several times at once, and tells how each ended.</summary>
    public static async Task<IReadOnlyList<CallOutcome<T>>> InParallelAsync<T>(Func<int, Task<T>> call)
    {
        return await Task.WhenAll(Enumerable.Range(0, ParallelCalls).Select(i => Task.Run(() => OneAsync(i))));

        async Task<CallOutcome<T>> OneAsync(int i)
        {
            try
            {
                return new(await call(i), null);
            }
            catch (StorageConnectException e)
            {
                return new(default, e);
            }
        }
    }

    /// <summary>Does the same several times at once, and tells how each ended.</summary>
    public static Task<IReadOnlyList<CallOutcome<bool>>> InParallelAsync(Func<int, Task> call) => InParallelAsync(async i =>
    {
        await call(i);
        return true;
    });

    private static async Task<IReadOnlyList<StorageElement>> QueryAsync(Func<Task<IReadOnlyList<StorageElement>>> ask, string what)
    {
        try
        {
            return await ask();
        }
        catch (NoSuchOperationException e)
        {
            throw Skip($"The array can't tell its {what}: {e.Message}");
        }
    }
}

/// <summary>How one of several calls ended.</summary>
internal sealed record CallOutcome<T>(T? Result, StorageConnectException? Error)
{
    public bool Done => Error is null;

    public override string ToString() => Error is null ? "done" : Check.Show(Error);
}
