namespace StorageConnect.Tests.Ceph.Support;

/// <summary>
/// Does something when an operation that the test calls reaches a step, on the operation's thread. Operations of other tests are not touched.
/// </summary>
internal sealed class CephStep : IDisposable
{
    private readonly string _step;
    private readonly Action _action;

    public CephStep(string step, Action action)
    {
        (_step, _action) = (step, action);
        Steps.OnStepOfFlow = Reach;
    }

    public bool WasReached { get; private set; }

    public void Dispose() => Steps.OnStepOfFlow = null;

    private void Reach(string step)
    {
        if (step == _step && !WasReached)
        {
            WasReached = true;
            _action();
        }
    }
}
