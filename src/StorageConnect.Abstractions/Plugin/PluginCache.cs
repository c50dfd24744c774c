using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace StorageConnect;

/// <summary>A cache of caches for raw data from arrays (guide: <c>IPlugin.cache</c>). Safe for use from several threads.</summary>
/// <remarks>Name one cache per array, for example by <see cref="StorageServer.Uuid"/>: two arrays must never share data.</remarks>
public sealed class PluginCache(TimeProvider? clock = null)
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly ConcurrentDictionary<(string Cache, string Key), Entry> _entries = new();
    private readonly KeyedLock<(string Cache, string Key)> _turns = new();

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

    /// <summary>
    /// What is kept, or else what <paramref name="create"/> returns, which is then kept for <paramref name="lifetime"/>. Of several callers that
    /// ask for the same entry at the same time one calls the array, and the others wait for its value. A failure is not kept: the next caller tries again.
    /// </summary>
    /// <param name="cache">Which cache: name it by <see cref="StorageServer.Uuid"/>.</param>
    /// <param name="key">Which entry.</param>
    /// <param name="lifetime">How long to keep a new value; above zero.</param>
    /// <param name="create">Gets the value from the array. It must not ask for the same entry.</param>
    /// <param name="cancellationToken">Ends this caller's wait, and its call of <paramref name="create"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The lifetime isn't positive.</exception>
    public async Task<T> GetOrAddAsync<T>(string cache, string key, TimeSpan lifetime, Func<CancellationToken, Task<T>> create,
        CancellationToken cancellationToken)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        if (TryGet<T>(cache, key, out var found))
        {
            return found;
        }

        using var turn = _turns.Enter((cache, key));
        await turn.WaitAsync(cancellationToken);
        if (TryGet<T>(cache, key, out var present))
        {
            return present;
        }

        var created = await create(cancellationToken);
        Set(cache, key, created, lifetime);
        return created;
    }

    /// <summary>As <see cref="GetOrAddAsync"/>, for a value that is there without waiting.</summary>
    /// <inheritdoc cref="GetOrAddAsync"/>
    public T GetOrAdd<T>(string cache, string key, TimeSpan lifetime, Func<T> create)
        where T : notnull
    {
        ArgumentNullException.ThrowIfNull(create);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        if (TryGet<T>(cache, key, out var found))
        {
            return found;
        }

        using var turn = _turns.Enter((cache, key));
        turn.Wait();
        if (TryGet<T>(cache, key, out var present))
        {
            return present;
        }

        var created = create();
        Set(cache, key, created, lifetime);
        return created;
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
