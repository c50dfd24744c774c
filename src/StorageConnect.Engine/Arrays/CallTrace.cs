using System.Runtime.CompilerServices;
using StorageConnect.Linux.Tracing;

namespace StorageConnect.Engine.Arrays;

/// <summary>A call of a plug-in in the trace. Of its arguments it shows the element's name only, so that no secret gets there.</summary>
internal static class CallTrace
{
    /// <summary>Begins the line of a call. Progress queries are details: there can be many of them.</summary>
    public static TraceSpan Begin<TState>(string server, PluginDescriptor plugin, string method, TState state) => !Tracer.IsOn ? default
        : method == GuideMethod.GetAsyncProgress ? Tracer.BeginDebug($"{server}: {method}{Subject(state)} ({plugin.Name} {plugin.Version})")
        : Tracer.Begin($"{server}: {method}{Subject(state)} ({plugin.Name} {plugin.Version})");

    private static string Subject<TState>(TState state) => Find(state) is { } element ? $" '{element.Name}'" : "";

    private static StorageElement? Find(object? state) => state switch
    {
        StorageElement element => element,
        ITuple several => Enumerable.Range(0, several.Length).Select(i => several[i]).OfType<StorageElement>().FirstOrDefault()
            ?? Enumerable.Range(0, several.Length).Select(i => several[i] as ITuple).OfType<ITuple>().Select(inner => Find(inner)).FirstOrDefault(),
        _ => null,
    };
}
