namespace StorageConnect.Tests.Ceph.Support;

/// <summary>
/// Does something when an operation that the test calls reaches a step, on the operation's thread. Operations of other tests are not touched.
/// </summary>
internal sealed class CephStep : IDisposable
{
    private static readonly AsyncLocal<CephStep?> Current = new();
    private readonly string _step;
    private readonly Action _action;

    static CephStep() => Steps.OnStep += static step => Current.Value?.Reach(step);

    public CephStep(string step, Action action)
    {
        (_step, _action) = (step, action);
        Current.Value = this;
    }

    public bool WasReached { get; private set; }

    public void Dispose() => Current.Value = null;

    private void Reach(string step)
    {
        if (step == _step && !WasReached)
        {
            WasReached = true;
            _action();
        }
    }
}
