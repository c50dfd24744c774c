namespace StorageConnect.PluginKit.Export;

/// <summary>The locks that a change of one element's access holds from before its commit until the daemon has followed.</summary>
public sealed class AccessLock : IDisposable
{
    private readonly RangeLock? _element;
    private readonly RangeLock _target;
    private readonly Action _release;

    internal AccessLock(string? created, RangeLock? element, RangeLock target, Action release)
    {
        Created = created;
        _element = element;
        _target = target;
        _release = release;
    }

    /// <summary>The element, when it is to get a target.</summary>
    internal string? Created { get; }

    /// <summary>Unlocks.</summary>
    public void Dispose()
    {
        _release();
        _target.Dispose();
        _element?.Dispose();
    }
}
