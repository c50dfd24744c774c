using StorageConnect.Host.Devices;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Scsi;

namespace StorageConnect.Host.Connectors;

/// <summary>
/// Logs out sessions that attaching owned and nobody uses any more. To be owned by one who has the locks of their targets: it reads all sessions, once.
/// </summary>
internal sealed class SessionRelease(LinuxHost host)
{
    private readonly IReadOnlyList<IscsiSession> _sessions = host.Initiator.Sessions();

    /// <summary>The sessions of attaching's making that lead to these devices, and those owned for an element, that may have led nowhere.</summary>
    public List<OwnedSession> FindOwned(string key, IReadOnlyCollection<ScsiDevice> devices)
    {
        var ids = devices.Select(device => device.SessionId).ToHashSet();
        var leading = _sessions.Where(session => ids.Contains(session.Id)).ToList();
        return [.. host.Ledger.Sessions.Where(owned => owned.MadeFor == key || leading.Exists(session => owned.IsServedBy(session, host.Roots)))];
    }

    /// <summary>The devices of these that need not be taken away one by one: their session goes, and the kernel takes them with it.</summary>
    /// <remarks>Only with a session that is logged in: the kernel waits for the last commands of devices whose portal is silent.</remarks>
    public IReadOnlyList<ScsiDevice> FindRemovedByLogout(IReadOnlyCollection<OwnedSession> owned, IReadOnlyCollection<ScsiDevice> devices) =>
    [
        .. _sessions
            .Where(session => session.IsLoggedIn && owned.Any(one => one.IsServedBy(session, host.Roots)) && !IsNeeded(session, devices))
            .SelectMany(session => ScsiDevice.Of(host.Roots, session))
            .Intersect(devices)
    ];

    /// <summary>Logs out where nobody needs the session but for the devices that may go with it.</summary>
    /// <remarks>One after the other: iscsiadm walks through all sessions, and fails over those that another is just ending.</remarks>
    public async Task ReleaseAsync(IEnumerable<OwnedSession> owned, IReadOnlyCollection<ScsiDevice> removedByLogout, CancellationToken cancellationToken)
    {
        foreach (var one in owned)
        {
            await ReleaseAsync(one, removedByLogout, cancellationToken);
        }
    }

    private async Task ReleaseAsync(OwnedSession owned, IReadOnlyCollection<ScsiDevice> removedByLogout, CancellationToken cancellationToken)
    {
        var sessions = _sessions.Where(session => owned.IsServedBy(session, host.Roots)).ToList();

        // The run that began the login may have been killed before its session was there.
        if (!_sessions.Any(owned.IsAt)
            && IscsiPortal.TryParse(owned.Portal, out var portal)
            && await host.Initiator.AdoptLoginAsync(owned.TargetName, portal, cancellationToken) is { } late)
        {
            sessions.Add(late);
        }

        foreach (var session in sessions)
        {
            if (IsNeeded(session, removedByLogout))
            {
                return; // others use it: they log it out
            }

            host.Step("logout");
            await host.Initiator.LogoutAsync(session, cancellationToken);
        }

        host.Ledger.Remove(owned);
    }

    private bool IsNeeded(IscsiSession session, IReadOnlyCollection<ScsiDevice> removedByLogout) =>
        ScsiDevice.Of(host.Roots, session).Any(device => device.HoldsData && !removedByLogout.Contains(device));
}
