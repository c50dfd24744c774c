using System.Net;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Tools;

namespace StorageConnect.Host.OpenIscsi;

/// <content>Login, and its result.</content>
internal sealed partial class OpenIscsiInitiator
{
    private const string Refused = "IscsiLoginRefused";

    /// <inheritdoc/>
    public async Task<IscsiSession> LoginAsync(IscsiNode node, CancellationToken cancellationToken)
    {
        DemandLinux();
        Check(node);
        using var held = await HostLock.TakeAsync(roots, LockNameOf(node.TargetName, node.Portal), deadlines.IscsiLock, cancellationToken);
        if (Find(node) is not null)
        {
            await _database.RestoreNodeAsync(node.TargetName, node.Portal, cancellationToken);
            return await WaitForLoginAsync(node, static () => Task.CompletedTask, cancellationToken);
        }

        await using var netInterface = await NetInterface.TakeAsync(roots, deadlines, _database, node.Access.NetDevice, node.Initiator, cancellationToken);
        try
        {
            return await RetryAsync(() => TryLoginAsync(node, netInterface.Name, cancellationToken), cancellationToken);
        }
        catch (AccessDeniedException e) when (e.ErrorId == Refused)
        {
            throw await ExplainAsync(node, netInterface.Name, e, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async Task<IscsiSession?> AdoptLoginAsync(
        string targetName,
        IscsiPortal portal,
        Func<IscsiSession, bool> isIt,
        CancellationToken cancellationToken)
    {
        DemandLinux();
        using var held = await HostLock.TakeAsync(roots, LockNameOf(targetName, portal), deadlines.IscsiLock, cancellationToken);
        return await _late.AdoptAsync(
            targetName,
            portal,
            () => Sessions().FirstOrDefault(session => session.TargetName == targetName && session.Portal == portal && isIt(session)),
            cancellationToken);
    }

    private async Task<IscsiSession> TryLoginAsync(IscsiNode node, string netInterface, CancellationToken cancellationToken)
    {
        var record = await _database.PutNodeAsync(
            node, netInterface, before => RecordBuilder.Node(node, netInterface, before ?? _database.ReadDefaults(), _database.ReadInterface(node.Initiator)),
            cancellationToken);
        var before = Sessions().Select(one => one.Id).ToHashSet();
        var begun = DateTime.UtcNow;
        var session = default(IscsiSession);
        try
        {
            await RunLoginAsync(node, netInterface, cancellationToken);
            session = await WaitForLoginAsync(node, () => DemandNameAsync(node, netInterface, before), cancellationToken);
            return session;
        }
        catch (OperationCanceledException)
        {
            // Under whatever name.
            var find = () => Sessions().FirstOrDefault(one => IsAt(one, node, netInterface) && !before.Contains(one.Id));
            if (await _late.WaitAsync(find, begun, CancellationToken.None) is { } late)
            {
                await TryLogoutAsync(late, CancellationToken.None);
            }

            throw;
        }
        finally
        {
            await (session is null ? _database.UndoAsync(record, CancellationToken.None) : _database.RestoreAsync(record, CancellationToken.None));
        }
    }

    /// <summary>One exit code stands for a missing target, a target that doesn't admit this initiator, and a failed mutual CHAP.</summary>
    private async Task<StorageConnectException> ExplainAsync(IscsiNode node, string netInterface, AccessDeniedException refusal,
        CancellationToken cancellationToken)
    {
        IReadOnlyList<IscsiNode> offered;
        try
        {
            offered = await TryDiscoverAsync(node.Portal, new() { NetDevice = node.Access.NetDevice }, netInterface, _ => { }, cancellationToken);
        }
        catch (StorageConnectException)
        {
            return refusal; // the causes can't be distinguished then
        }

        if (offered.All(other => other.TargetName != node.TargetName))
        {
            return IscsiErrors.IscsiTargetNotFound(node, refusal);
        }

        return node.Access.MutualChapUser is null
            ? refusal
            : IscsiErrors.IscsiMutualAuthenticationFailed(node, refusal);
    }

    private async Task RunLoginAsync(IscsiNode node, string netInterface, CancellationToken cancellationToken)
    {
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = tools.RunAsync(
            new(HostTool.Iscsiadm, "-m", "node", "-T", node.TargetName, "-p", node.Portal.ToString(), "-I", netInterface, "--login"),
            deadlines.IscsiLogin,
            abandon.Token);
        var lagging = WaitForLagAsync(node, running, abandon.Token);
        if (await Task.WhenAny(running, lagging) == lagging && await lagging)
        {
            // The kernel has the session; only iscsiadm hangs.
            await abandon.CancelAsync();
            await running.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return;
        }

        var result = await running;
        var exit = IscsiadmExit.Of(IscsiadmOperation.Login, result);
        if (exit.Outcome != IscsiadmOutcome.Done)
        {
            throw exit.ToException($"This host can't log in to the iSCSI target {node.TargetName} at {node.Portal}", node.TargetName, result);
        }
    }

    /// <summary>True when the session has existed longer than iscsiadm may lag behind and the tool still runs.</summary>
    private async Task<bool> WaitForLagAsync(IscsiNode node, Task running, CancellationToken cancellationToken)
    {
        while (!running.IsCompleted)
        {
            await Task.WhenAny(running, Task.Delay(deadlines.IscsiadmLag, cancellationToken));
            if (cancellationToken.IsCancellationRequested)
            {
                break;
            }

            if (!running.IsCompleted && Find(node) is { IsLoggedIn: true })
            {
                await Task.WhenAny(running, Task.Delay(deadlines.IscsiadmLag, cancellationToken));
                return !running.IsCompleted && !cancellationToken.IsCancellationRequested && Find(node) is { IsLoggedIn: true };
            }
        }

        return false;
    }

    /// <summary>Fails where iscsid logged in under another name: it uses the one that it read when it started. A session that is new is ended.</summary>
    private async Task DemandNameAsync(IscsiNode node, string netInterface, HashSet<int> before)
    {
        if (node.Initiator is { } initiator
            && Sessions().FirstOrDefault(session => IsAt(session, node, netInterface) && session.IsLoggedIn && !initiator.IsOf(session)) is { } other)
        {
            await (before.Contains(other.Id) ? Task.CompletedTask : TryLogoutAsync(other, CancellationToken.None));
            throw IscsiErrors.IscsiSessionNotLoggedIn(node, initiator.Name, other);
        }
    }

    private static bool IsAt(IscsiSession session, IscsiNode node, string netInterface) =>
        session.TargetName == node.TargetName && session.Portal == node.Portal && session.InterfaceName == netInterface;

    private async Task<IscsiSession> WaitForLoginAsync(IscsiNode node, Func<Task> checkAsync, CancellationToken cancellationToken)
    {
        var settling = new Backoff(deadlines.IscsiSettle);
        while (true)
        {
            var session = Find(node);
            if (session is { IsLoggedIn: true })
            {
                return session;
            }

            await checkAsync();
            if (!await settling.WaitAsync(cancellationToken))
            {
                throw IscsiErrors.IscsiSessionNotLoggedIn(node, session);
            }
        }
    }

    private static void Check(IscsiNode node)
    {
        if (!IscsiName.IsTarget(node.TargetName))
        {
            throw IscsiErrors.IscsiTargetInvalid(node.TargetName);
        }

        if (!IPAddress.TryParse(node.Portal.Address, out _))
        {
            throw IscsiErrors.IscsiPortalInvalid(node);
        }

        CheckNetDevice(node.Access.NetDevice);
    }
}
