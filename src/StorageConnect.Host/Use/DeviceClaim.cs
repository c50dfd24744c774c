namespace StorageConnect.Host.Use;

/// <summary>A claim on devices: no other user can mount, map or swap on them until it is disposed.</summary>
internal sealed class DeviceClaim : IDisposable
{
    private readonly List<IDisposable> _handles = [];

    public void Add(IDisposable handle) => _handles.Add(handle);

    /// <summary>Releases the devices. A second call does nothing.</summary>
    public void Dispose()
    {
        _handles.ForEach(handle => handle.Dispose());
        _handles.Clear();
    }
}
