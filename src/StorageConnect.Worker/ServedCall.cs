using StorageConnect.Engine.Workers;

namespace StorageConnect.Worker;

/// <summary>A call that is being served.</summary>
internal sealed class ServedCall : IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly SemaphoreSlim _window = new(WorkerProtocol.Window);

    /// <summary>Cancelled when the engine cancels the call.</summary>
    public CancellationToken Token => _cancellation.Token;

    /// <summary>The engine cancels the call.</summary>
    public void Cancel()
    {
        try
        {
            _cancellation.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }
    }

    /// <summary>The engine has acknowledged a part of a list.</summary>
    public void Acknowledge()
    {
        try
        {
            _window.Release();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended.
        }
    }

    /// <summary>Waits until another part may be sent.</summary>
    public Task WaitForWindowAsync() => _window.WaitAsync(Token);

    public void Dispose()
    {
        _cancellation.Dispose();
        _window.Dispose();
    }
}
