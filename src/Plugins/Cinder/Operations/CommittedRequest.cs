namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>
/// For a request that makes something: from it on the caller can't leave at once, because what is made would be in no record and no operation. A caller
/// that leaves all the same is waited for by nobody after a few seconds; then the request ends, too, and with it the turn in the register.
/// </summary>
internal sealed class CommittedRequest : IDisposable
{
    // As long as the engine waits for a call whose caller has left.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _limit = new();
    private readonly CancellationTokenRegistration _caller;

    public CommittedRequest(CancellationToken caller) => _caller = caller.Register(() => _limit.CancelAfter(Grace));

    public CancellationToken Token => _limit.Token;

    public void Dispose()
    {
        _caller.Dispose();
        _limit.Dispose();
    }
}
