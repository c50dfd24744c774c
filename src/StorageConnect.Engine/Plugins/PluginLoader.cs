using System.Collections.Concurrent;
using System.Reflection;
using StorageConnect.Engine.Servers;

namespace StorageConnect.Engine.Plugins;

/// <summary>Loads each plug-in once per process, in a load context of its own, and remembers which could not be loaded and why.</summary>
internal sealed class PluginLoader(IHostServices host, TimeProvider clock, Func<IReadOnlyList<RegisteredServer>> servers, TimeSpan? constructionLimit = null)
{
    // By version too: a plug-in that was upgraded in place is loaded anew, beside what is in use.
    private static readonly ConcurrentDictionary<(string Path, string Version), PluginLoadContext> Contexts = new();
    private readonly TimeSpan _constructionLimit = constructionLimit ?? TimeSpan.FromSeconds(10);
    private readonly ConcurrentDictionary<PluginCandidate, Lazy<Outcome>> _outcomes = new();

    /// <summary>The plug-in, or why it can't be loaded.</summary>
    public (LoadedPlugin? Plugin, string? Problem) TryLoad(PluginCandidate candidate)
    {
        var outcome = _outcomes.GetOrAdd(candidate, c => new(() => Load(c))).Value;
        return (outcome.Plugin, outcome.Problem);
    }

    private Outcome Load(PluginCandidate candidate)
    {
        try
        {
            // On a thread of its own: a constructor or type initializer that hangs must not hang the engine.
            var construction = Task.Factory.StartNew(() => Construct(candidate), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
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

    private StorageArrayPlugin Construct(PluginCandidate candidate)
    {
        var context = Contexts.GetOrAdd((candidate.Path, candidate.Descriptor!.Version), key => new(key.Path));
        var type = context.LoadFromAssemblyPath(candidate.Path).GetType(candidate.Descriptor.ClassName, throwOnError: true)!;
        if (!typeof(StorageArrayPlugin).IsAssignableFrom(type) || type.IsAbstract || type.GetConstructor(Type.EmptyTypes) is null)
        {
            throw new InvalidOperationException($"{type.FullName} must be a concrete class derived from {nameof(StorageArrayPlugin)} with a public constructor without parameters.");
        }

        StorageArrayPlugin plugin;
        try
        {
            plugin = (StorageArrayPlugin)Activator.CreateInstance(type)!;
        }
        catch (TargetInvocationException e)
        {
            throw new InvalidOperationException($"Its constructor failed: {e.InnerException?.GetType().Name}: {e.InnerException?.Message}", e.InnerException);
        }

        var className = candidate.Descriptor.ClassName;
        plugin.Services = new(new PluginCache(clock), host)
        {
            GetRegisteredServers = () => [.. servers().Where(entry => entry.PluginClass == className).Select(entry => entry.Server)],
        };
        return plugin;
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
