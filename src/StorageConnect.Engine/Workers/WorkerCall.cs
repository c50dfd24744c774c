using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;

namespace StorageConnect.Engine.Workers;

/// <summary>A running call.</summary>
internal sealed class WorkerCall(long id, bool streams, ConcurrentDictionary<long, WorkerCall> all) : IDisposable
{
    private long _lastSign;

    /// <summary>The number of its request.</summary>
    public long Id { get; } = id;

    /// <summary>The parts of its answer; null where it has one answer.</summary>
    public Channel<Message>? Parts { get; } = streams
        ? Channel.CreateBounded<Message>(new BoundedChannelOptions(WorkerProtocol.Window) { SingleReader = false, SingleWriter = true })
        : null;

    /// <summary>When the worker last reported progress, by <see cref="Stopwatch"/>; 0 for never.</summary>
    public long LastSign => Interlocked.Read(ref _lastSign);

    public void ShowSign() => Interlocked.Exchange(ref _lastSign, Stopwatch.GetTimestamp());

    public void Dispose() => all.TryRemove(Id, out _);
}
