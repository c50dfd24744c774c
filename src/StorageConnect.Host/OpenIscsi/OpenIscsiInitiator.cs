using System.Net;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Tools;

namespace StorageConnect.Host.OpenIscsi;

/// <summary>The initiator of the Linux kernel, driven by open-iscsi: iscsiadm for what iscsid must do, sysfs for what is.</summary>
internal sealed class OpenIscsiInitiator(HostRoots roots, HostDeadlines deadlines, IToolRunner tools) : IIscsiInitiator
{
    private const string Refused = "IscsiLoginRefused";

    private readonly IscsiDatabase _database = new(roots, deadlines);
    private readonly LateLogin _late = new(roots, deadlines, new(roots, deadlines));

    /// <inheritdoc/>
    public IReadOnlyList<IscsiSession> Sessions() => OperatingSystem.IsLinux() ? IscsiSession.ReadAll(roots) : [];

    /// <inheritdoc/>
    public async Task<IReadOnlyList<IscsiNode>> DiscoverAsync(AccessContext access, CancellationToken cancellationToken)
    {
        NeedLinux();
        ArrayUnreachableException? unreachable = null;
        foreach (var address in await HostNames.ResolveAsync(access.Host, cancellationToken))
        {
            try
            {
                return await DiscoverAtAsync(new(address, access.Port), access, cancellationToken);
            }
            catch (ArrayUnreachableException e)
            {
                unreachable = e; // a name can have several addresses, of which one answers
            }
        }

        throw unreachable!;
    }

    /// <inheritdoc/>
    public async Task<IscsiSession> LoginAsync(IscsiNode node, CancellationToken cancellationToken)
    {
        NeedLinux();
        Check(node);
        using var turn = await HostLock.TakeAsync(roots, TurnOf(node.TargetName, node.Portal), deadlines.IscsiTurn, cancellationToken);
        if (Find(node) is not null)
        {
            return await WaitForLoginAsync(node, cancellationToken);
        }

        await using var netInterface = await NetInterface.TakeAsync(roots, deadlines, _database, node.Access.NetDevice, cancellationToken);
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
    public async Task<IscsiSession?> TakeUpLoginAsync(string targetName, IscsiPortal portal, CancellationToken cancellationToken)
    {
        NeedLinux();
        using var turn = await HostLock.TakeAsync(roots, TurnOf(targetName, portal), deadlines.IscsiTurn, cancellationToken);
        return await _late.TakeUpAsync(
            targetName, portal, () => Sessions().FirstOrDefault(session => session.TargetName == targetName && session.Portal == portal), cancellationToken);
    }

    /// <inheritdoc/>
    public async Task LogoutAsync(IscsiSession session, CancellationToken cancellationToken)
    {
        NeedLinux();
        using var turn = await HostLock.TakeAsync(roots, TurnOf(session.TargetName, session.Portal), deadlines.IscsiTurn, cancellationToken);
        await RetryAsync(
            async () =>
            {
                await TryLogoutAsync(session, cancellationToken);
                return true;
            },
            cancellationToken);
        await _database.ForgetNodeAsync(session.TargetName, session.Portal, session.InterfaceName, cancellationToken);
        await NetInterface.ForgetAsync(roots, _database, session.InterfaceName, cancellationToken);
    }

    private async Task<IReadOnlyList<IscsiNode>> DiscoverAtAsync(IscsiPortal portal, AccessContext access, CancellationToken cancellationToken)
    {
        CheckNetDevice(access.NetDevice);
        await using var netInterface = await NetInterface.TakeAsync(roots, deadlines, _database, access.NetDevice, cancellationToken);
        try
        {
            return await RetryAsync(() => TryDiscoverAsync(portal, access, netInterface.Name, cancellationToken), cancellationToken);
        }
        catch (Exception e) when (access.GetMutualChapSecret() is not null && e is AuthenticationFailedException or AccessDeniedException { ErrorId: Refused })
        {
            // With mutual CHAP the initiator insists on it, and many targets know CHAP at their LUNs but not in discovery.
            var without = new AccessContext { Host = access.Host, Port = access.Port, NetDevice = access.NetDevice };
            var found = await RetryAsync(() => TryDiscoverAsync(portal, without, netInterface.Name, cancellationToken), cancellationToken);
            return [.. found.Select(node => node with { Access = access })];
        }
    }

    private async Task<IReadOnlyList<IscsiNode>> TryDiscoverAsync(IscsiPortal portal, AccessContext access, string netInterface, CancellationToken cancellationToken)
    {
        using var turn = await HostLock.TakeAsync(roots, $"iSCSI discovery at {portal}", deadlines.IscsiTurn, cancellationToken);
        var record = await _database.PutDiscoveryAsync(portal, before => RecordMaker.Discovery(portal, access, before ?? _database.ReadDefaults()), cancellationToken);
        try
        {
            var result = await tools.RunAsync(
                new(Tool.Iscsiadm, "-m", "discoverydb", "-t", "sendtargets", "-p", portal.ToString(), "-I", netInterface, "-o", "nonpersistent", "--discover"),
                deadlines.IscsiDiscovery,
                cancellationToken);
            var exit = IscsiadmExit.Of(IscsiadmOperation.Discover, result);
            if (exit.Verdict != IscsiadmVerdict.Done)
            {
                throw exit.ToException($"The iSCSI targets at {portal} can't be listed", portal.ToString(), result);
            }

            return await ToNodesAsync(DiscoveryOutput.Parse(result.Output, portal.ToString()), access, cancellationToken);
        }
        finally
        {
            // Whatever happened: the secret must not stay.
            await _database.UndoAsync(record, CancellationToken.None);
        }
    }

    private static async Task<IReadOnlyList<IscsiNode>> ToNodesAsync(IReadOnlyList<DiscoveryOutput.Line> lines, AccessContext access, CancellationToken cancellationToken)
    {
        var nodes = new List<IscsiNode>(lines.Count);
        foreach (var line in lines)
        {
            var address = IPAddress.TryParse(line.Portal.Address, out _) ? line.Portal.Address : (await HostNames.ResolveAsync(line.Portal.Address, cancellationToken))[0];
            nodes.Add(new(line.TargetName, new(address, line.Portal.Port), line.Tpgt, access));
        }

        return nodes;
    }

    private async Task<IscsiSession> TryLoginAsync(IscsiNode node, string netInterface, CancellationToken cancellationToken)
    {
        var record = await _database.PutNodeAsync(
            node, netInterface, before => RecordMaker.Node(node, netInterface, before ?? _database.ReadDefaults()), cancellationToken);
        var begun = DateTime.UtcNow;
        var session = default(IscsiSession);
        try
        {
            await RunLoginAsync(node, netInterface, cancellationToken);
            session = await WaitForLoginAsync(node, cancellationToken);
            return session;
        }
        catch (OperationCanceledException)
        {
            if (await _late.WaitAsync(() => Find(node), begun, CancellationToken.None) is { } late)
            {
                await TryLogoutAsync(late, CancellationToken.None);
            }

            throw;
        }
        finally
        {
            if (session is null || record.Before is not null)
            {
                await _database.UndoAsync(record, CancellationToken.None);
            }
        }
    }

    /// <summary>One exit code stands for a target that isn't there, one that doesn't admit this initiator, and one whose own proof is wrong.</summary>
    private async Task<StorageConnectException> ExplainAsync(IscsiNode node, string netInterface, AccessDeniedException refusal, CancellationToken cancellationToken)
    {
        IReadOnlyList<IscsiNode> offered;
        try
        {
            offered = await TryDiscoverAsync(node.Portal, new() { NetDevice = node.Access.NetDevice }, netInterface, cancellationToken);
        }
        catch (StorageConnectException)
        {
            return refusal; // then nobody can tell
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
            new(Tool.Iscsiadm, "-m", "node", "-T", node.TargetName, "-p", node.Portal.ToString(), "-I", netInterface, "--login"),
            deadlines.IscsiLogin,
            abandon.Token);
        var lagging = WaitForLagAsync(node, running, abandon.Token);
        if (await Task.WhenAny(running, lagging) == lagging && await lagging)
        {
            // The kernel has the session; only iscsiadm doesn't come back.
            await abandon.CancelAsync();
            await running.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            return;
        }

        var result = await running;
        var exit = IscsiadmExit.Of(IscsiadmOperation.Login, result);
        if (exit.Verdict != IscsiadmVerdict.Done)
        {
            throw exit.ToException($"This host can't log in to the iSCSI target {node.TargetName} at {node.Portal}", node.TargetName, result);
        }
    }

    /// <summary>True when the session has been there for a good while and the tool still runs.</summary>
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

    private async Task<IscsiSession> WaitForLoginAsync(IscsiNode node, CancellationToken cancellationToken)
    {
        var settling = new Backoff(deadlines.IscsiSettle);
        while (true)
        {
            var session = Find(node);
            if (session is { IsLoggedIn: true })
            {
                return session;
            }

            if (!await settling.WaitAsync(cancellationToken))
            {
                throw IscsiErrors.IscsiSessionNotLoggedIn(node, session);
            }
        }
    }

    private async Task TryLogoutAsync(IscsiSession session, CancellationToken cancellationToken)
    {
        if (!IsThere(session))
        {
            return;
        }

        // By number: it works without a record too, and a number never means another session.
        var result = await tools.RunAsync(
            new(Tool.Iscsiadm, "-m", "session", "-r", session.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), "--logout"),
            deadlines.IscsiLogout,
            cancellationToken);
        var settling = new Backoff(result.ExitCode == 0 ? deadlines.IscsiSettle : TimeSpan.Zero);
        while (IsThere(session))
        {
            if (!await settling.WaitAsync(cancellationToken))
            {
                throw NotLoggedOut(session, result);
            }
        }
    }

    private StorageConnectException NotLoggedOut(IscsiSession session, ToolResult result)
    {
        var exit = IscsiadmExit.Of(IscsiadmOperation.Logout, result);
        if (result.ExitCode == 0)
        {
            return IscsiErrors.IscsiSessionRemains(session);
        }

        // iscsiadm says "not found" for a session that it can't ask iscsid about. The kernel shows it.
        var told = exit.Verdict != IscsiadmVerdict.Done ? exit : IscsiadmExit.Of(IscsiadmOperation.Logout, Iscsid.IsListening(roots) == false ? 20 : 32);
        return told.ToException($"This host can't log out of the iSCSI target {session.TargetName} at {session.Portal}", session.TargetName, result);
    }

    private bool IsThere(IscsiSession session) => IscsiSession.TryRead(roots, session.Id) is { } now && now.TargetName == session.TargetName;

    private IscsiSession? Find(IscsiNode node) => Sessions().FirstOrDefault(node.IsServedBy);

    /// <summary>Begins again what failed in passing, with growing pauses, until its time is up. What took long by itself isn't repeated.</summary>
    private async Task<T> RetryAsync<T>(Func<Task<T>> attempt, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (var pause = deadlines.IscsiRetry / 40; ; pause *= 2)
        {
            try
            {
                return await attempt();
            }
            catch (StorageConnectException e) when (CanHelp(e) && TimeProvider.System.GetElapsedTime(began) + pause < deadlines.IscsiRetry)
            {
                await Task.Delay(pause, cancellationToken);
            }
        }
    }

    // A daemon that nobody starts isn't waited for.
    private bool CanHelp(StorageConnectException e) => e.Retryable && (e.ErrorId != IscsiadmExit.IscsidUnreachable || Iscsid.IsListening(roots) != false);

    private static string TurnOf(string target, IscsiPortal portal) => $"iSCSI target {target} at {portal}";

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

    private static void CheckNetDevice(string? device)
    {
        if (device is not null && !IscsiName.IsNetDevice(device))
        {
            throw IscsiErrors.NetDeviceInvalid(device);
        }
    }

    private static void NeedLinux()
    {
        if (!OperatingSystem.IsLinux())
        {
            throw HostErrors.PlatformUnsupported();
        }
    }
}
