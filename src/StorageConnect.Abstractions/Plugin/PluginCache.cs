using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace StorageConnect;

/// <summary>A cache of caches for raw data from arrays (guide: <c>IPlugin.cache</c>). Safe for use from several threads.</summary>
/// <remarks>Name one cache per array, for example by <see cref="StorageServer.Uuid"/>: two arrays must never share data.</remarks>
public sealed class PluginCache(TimeProvider? clock = null)
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly ConcurrentDictionary<(string Cache, string Key), Entry> _entries = new();

    /// <summary>Keeps <paramref name="value"/> for <paramref name="lifetime"/>, in place of what was there.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The lifetime isn't positive.</exception>
    public void Set(string cache, string key, object value, TimeSpan lifetime)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        _entries[(cache, key)] = new(value, EndOf(lifetime));
    }

    /// <summary>What was kept, if it is of type <typeparamref name="T"/> and hasn't expired.</summary>
    public bool TryGet<T>(string cache, string key, [MaybeNullWhen(false)] out T value)
    {
        if (Live((cache, key)) is { Value: T found })
        {
            value = found;
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>Lets what is kept live for another <paramref name="lifetime"/> from now. False when it isn't there any more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The lifetime isn't positive.</exception>
    public bool Extend(string cache, string key, TimeSpan lifetime)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        return Live((cache, key)) is { } entry
            && _entries.TryUpdate((cache, key), entry with { Expires = EndOf(lifetime) }, entry);
    }

    /// <summary>Forgets one entry.</summary>
    public void Clear(string cache, string key) => _entries.TryRemove((cache, key), out _);

    /// <summary>Forgets one cache with all its entries.</summary>
    public void Clear(string cache)
    {
        foreach (var id in _entries.Keys.Where(id => id.Cache == cache))
        {
            _entries.TryRemove(id, out _);
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear() => _entries.Clear();

    // A lifetime may be as long as can be written: it ends at the end of time.
    private DateTimeOffset EndOf(TimeSpan lifetime)
    {
        var now = _clock.GetUtcNow();
        return lifetime < DateTimeOffset.MaxValue - now ? now + lifetime : DateTimeOffset.MaxValue;
    }

    private Entry? Live((string, string) id)
    {
        if (!_entries.TryGetValue(id, out var entry))
        {
            return null;
        }

        if (entry.Expires > _clock.GetUtcNow())
        {
            return entry;
        }

        // Only this very entry: another thread may have set a fresh one meanwhile.
        _entries.TryRemove(new(id, entry));
        return null;
    }

    private sealed record Entry(object Value, DateTimeOffset Expires);
}
