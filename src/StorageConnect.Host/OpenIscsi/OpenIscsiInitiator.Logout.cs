using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Tools;

namespace StorageConnect.Host.OpenIscsi;

/// <content>Logout.</content>
internal sealed partial class OpenIscsiInitiator
{
    /// <inheritdoc/>
    public async Task LogoutAsync(IscsiSession session, CancellationToken cancellationToken)
    {
        DemandLinux();
        using var held = await HostLock.TakeAsync(roots, LockNameOf(session.TargetName, session.Portal), deadlines.IscsiLock, cancellationToken);
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

    /// <inheritdoc/>
    public async Task TryLogoutTogetherAsync(string targetName, IReadOnlyCollection<IscsiSession> sessions, CancellationToken cancellationToken)
    {
        DemandLinux();
        if (!IsAllOf(targetName, sessions))
        {
            return;
        }

        try
        {
            await tools.RunAsync(new(HostTool.Iscsiadm, "-m", "node", "-T", targetName, "--logout"), deadlines.IscsiLogout, cancellationToken);
        }
        catch (StorageConnectException e)
        {
            Tracer.Debug($"Host: no logout together: {e.Message}");
        }
    }

    // iscsiadm selects by the records of the target. Each of them must be ours and lead to one of these sessions.
    private bool IsAllOf(string targetName, IReadOnlyCollection<IscsiSession> sessions)
    {
        var ids = sessions.Select(session => session.Id).ToHashSet();
        var places = sessions.Select(session => (session.Portal, session.InterfaceName)).ToHashSet();
        var records = _database.ReadNodes().Where(node => node.TargetName == targetName).ToList();
        return records.Count == sessions.Count
            && places.SetEquals(records.Where(node => IscsiDatabase.IsOurs(node.Path)).Select(node => (node.Portal, node.InterfaceName)))
            && Sessions().Where(session => session.TargetName == targetName).All(session => ids.Contains(session.Id));
    }

    private async Task TryLogoutAsync(IscsiSession session, CancellationToken cancellationToken)
    {
        if (!session.IsThere(roots))
        {
            return;
        }

        // By session number: it works without a record too, and a number is never reused.
        var result = await tools.RunAsync(
            new(HostTool.Iscsiadm, "-m", "session", "-r", session.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), "--logout"),
            deadlines.IscsiLogout,
            cancellationToken);
        var settling = new Backoff(result.ExitCode == 0 ? deadlines.IscsiSettle : TimeSpan.Zero);
        while (session.IsThere(roots))
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

        // iscsiadm reports "not found" for a session when it can't reach iscsid. The kernel still shows the session.
        var cause = exit.Outcome != IscsiadmOutcome.Done ? exit : IscsiadmExit.Of(IscsiadmOperation.Logout, Iscsid.IsListening(roots) == false ? 20 : 32);
        return cause.ToException($"This host can't log out of the iSCSI target {session.TargetName} at {session.Portal}", session.TargetName, result);
    }
}
