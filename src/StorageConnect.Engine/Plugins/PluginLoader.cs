using System.Collections.Concurrent;
using System.Reflection;
using StorageConnect.Engine.Servers;
using StorageConnect.Engine.Workers;

namespace StorageConnect.Engine.Plugins;

/// <summary>Loads each plug-in once per process, in a load context of its own, and keeps the errors of those that could not be loaded.</summary>
internal sealed class PluginLoader(
    IHostServices host, TimeProvider clock, Func<IReadOnlyList<RegisteredServer>> servers, string stateFolder = "", TimeSpan? constructionLimit = null)
{
    // By content: a new build is loaded beside the old one that is in use, whatever its path and version.
    private static readonly Dictionary<(string Path, string Hash), PluginLoadContext> Contexts = [];
    private readonly TimeSpan _constructionLimit = constructionLimit ?? TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<(PluginCandidate Candidate, string Hash), Lazy<Outcome>> _outcomes = new();

    /// <summary>The plug-in, or why it can't be loaded.</summary>
    public (LoadedPlugin? Plugin, string? Problem) TryLoad(PluginCandidate candidate)
    {
        string hash;
        try
        {
            hash = PluginContent.IdentityOf(candidate.Folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"Its files can't be read: {e.Message}");
        }

        var key = (candidate, hash);
        var load = _outcomes.GetOrAdd(key, NewLoad);
        if (candidate.IsIsolated && load is { IsValueCreated: true, Value.Plugin: null })
        {
            // A process may fail to start for a passing reason, such as a machine under load. It is started again; an assembly would fail as before.
            var again = NewLoad(key);
            load = _outcomes.TryUpdate(key, again, load) ? again : _outcomes[key];
        }

        return (load.Value.Plugin, load.Value.Problem);
    }

    /// <summary>Why a plug-in couldn't be loaded when this process last tried; null when it could, or was never tried. Loads nothing.</summary>
    public string? FindKnownProblem(PluginCandidate candidate) =>
        _outcomes.LastOrDefault(outcome => outcome.Key.Candidate == candidate && outcome.Value.IsValueCreated).Value?.Value.Problem;

    /// <summary>The processes of this session that run a plug-in.</summary>
    public IEnumerable<OscPluginWorker> FindWorkers(PluginCandidate candidate) => _outcomes
        .Where(outcome => outcome.Key.Candidate == candidate && outcome.Value.IsValueCreated)
        .Select(outcome => outcome.Value.Value.Plugin?.Instance)
        .OfType<WorkerPlugin>()
        .SelectMany(plugin => plugin.Workers)
        .Select(worker => new OscPluginWorker(worker.ProcessId, worker.IsBusy));

    private Lazy<Outcome> NewLoad((PluginCandidate Candidate, string Hash) key) => new(() => Load(key.Candidate, key.Hash));

    private Outcome Load(PluginCandidate candidate, string hash)
    {
        try
        {
            if (candidate.IsIsolated)
            {
                return LoadIsolated(candidate);
            }

            // On a thread of its own: a constructor or type initializer that hangs must not hang the engine.
            var construction = Task.Factory.StartNew(() => Construct(candidate, hash), CancellationToken.None, TaskCreationOptions.LongRunning,
                TaskScheduler.Default);
            if (!construction.Wait(_constructionLimit))
            {
                return new(null, $"Its constructor did not return within {_constructionLimit.TotalSeconds:0} seconds.");
            }

            var plugin = new LoadedPlugin(candidate.Descriptor!, candidate.NegotiatedApiVersion, construction.Result);
            return plugin.FindProblem() is { } problem ? new(null, problem) : new(plugin, null);
        }
        catch (AggregateException e)
        {
            return new(null, Explain(e.GetBaseException()));
        }
    }

    private Outcome LoadIsolated(PluginCandidate candidate)
    {
        PluginManifest manifest;
        try
        {
            manifest = PluginManifest.Read(candidate.Folder) ?? new() { Isolated = true };
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            return new(null, e.Message);
        }

        var plugin = new WorkerPlugin(candidate.Descriptor!, candidate.NegotiatedApiVersion.ToString(),
            PluginLaunch.CommandFor(candidate.Path, candidate.Folder, manifest), PluginLaunch.LimitsFor(manifest))
        { Services = ServicesFor(candidate) };
        var problem = Task.Run(() => plugin.IntroduceAsync(CancellationToken.None)).GetAwaiter().GetResult();
        var loaded = new LoadedPlugin(candidate.Descriptor!, candidate.NegotiatedApiVersion, plugin);
        problem ??= loaded.FindProblem();
        return problem is null ? new(loaded, null) : new(null, problem);
    }

    private StorageArrayPlugin Construct(PluginCandidate candidate, string hash)
    {
        var plugin = PluginConstruction.Construct(ContextFor(candidate.Path, hash), candidate.Descriptor!.ClassName);
        plugin.Services = ServicesFor(candidate);
        return plugin;
    }

    /// <summary>The services of a plug-in that is not known yet.</summary>
    public WorkerServices ServicesForIntroduction(string name) => new(new(new PluginCache(clock), host)
    {
        Log = new PluginLog(new()
        {
            ClassName = "",
            Name = name,
            Vendor = "",
            Version = "",
            Description = "",
            StorageTypes = [],
            RequiredApiVersion = "",
            ExtendedApiVersion = "",
            Ability = new()
        }),
    });

    private PluginServices ServicesFor(PluginCandidate candidate)
    {
        var className = candidate.Descriptor!.ClassName;
        return new(new PluginCache(clock), host)
        {
            Log = new PluginLog(candidate.Descriptor),
            StateFolder = Path.Combine(stateFolder, "plugins", className),
            GetRegisteredServers = () => [.. servers().Where(entry => entry.PluginClass == className).Select(entry => entry.Server)],
        };
    }

    private static PluginLoadContext ContextFor(string path, string hash)
    {
        lock (Contexts)
        {
            if (!Contexts.TryGetValue((path, hash), out var context))
            {
                context = new(path, fromMemory: Contexts.Keys.Any(key => key.Path == path));
                Contexts.Add((path, hash), context);
            }

            return context;
        }
    }

    private static string Explain(Exception error) => error switch
    {
        ReflectionTypeLoadException { LoaderExceptions: [{ } first, ..] } => Explain(first),
        FileNotFoundException { FileName: { Length: > 0 } file } => $"It needs '{file}', which is not in its folder.",
        FileLoadException { FileName: { Length: > 0 } file } => $"It needs '{file}', which can't be loaded: {error.Message}",
        TypeLoadException or MissingMethodException => $"It was built against another contract or is damaged: {error.Message}",
        BadImageFormatException => $"Its assembly is damaged or of another processor type: {error.Message}",
        _ => error.Message,
    };

    private sealed record Outcome(LoadedPlugin? Plugin, string? Problem);
}
