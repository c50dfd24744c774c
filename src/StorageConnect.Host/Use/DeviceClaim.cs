namespace StorageConnect.Host.Use;

/// <summary>Devices that nobody else can mount, map or use as swap until this is disposed.</summary>
internal sealed class DeviceClaim : IDisposable
{
    private readonly List<IDisposable> _handles = [];

    public void Add(IDisposable handle) => _handles.Add(handle);

    /// <summary>Gives the devices free. A second call does nothing.</summary>
    public void Dispose()
    {
        _handles.ForEach(handle => handle.Dispose());
        _handles.Clear();
    }
}
