using StorageConnect.Host.Devices;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Scsi;

namespace StorageConnect.Host.Connectors;

/// <summary>
/// Logs out of sessions that we created and that are no longer used. The caller holds the locks of their targets. Reads all sessions once.
/// </summary>
/// <remarks>
/// <see cref="PresentationRemoval.LogoutAsync"/> decides for itself about sessions that a plug-in created for an element: the ledger has no entry of them.
/// </remarks>
internal sealed class SessionRelease(LinuxHost host)
{
    private readonly IReadOnlyList<IscsiSession> _sessions = host.Initiator.Sessions();

    /// <summary>Sessions we created that carry these devices, or that were created for this element and never showed it.</summary>
    /// <remarks>
    /// Those that carry nothing else are recorded as this element's: they may have been created for another one, and an interrupted release leaves no device
    /// by which the next run could find them.
    /// </remarks>
    public List<OwnedSession> TakeOver(string key, IReadOnlyCollection<ScsiDevice> devices)
    {
        var ids = devices.Select(device => device.SessionId).ToHashSet();
        var leading = _sessions.Where(session => ids.Contains(session.Id)).ToList();
        var owned = host.Ledger.Sessions.Where(owned => owned.MadeFor == key || leading.Exists(session => owned.IsServedBy(session, host.Roots))).ToList();
        foreach (var one in owned.Where(one => one.MadeFor != key
            && leading.Exists(session => one.IsServedBy(session, host.Roots) && !IsNeeded(session, devices))))
        {
            host.Ledger.Save(one with { MadeFor = key });
        }

        return owned;
    }

    /// <summary>The devices that need no removal of their own: the kernel removes them with their session.</summary>
    /// <remarks>Only for sessions that are logged in: while a portal is silent, the kernel waits for the devices' last commands.</remarks>
    public IReadOnlyList<ScsiDevice> FindRemovedByLogout(IReadOnlyCollection<OwnedSession> owned, IReadOnlyCollection<ScsiDevice> devices) =>
    [
        .. _sessions
            .Where(session => session.IsLoggedIn && owned.Any(one => one.IsServedBy(session, host.Roots)) && !IsNeeded(session, devices))
            .SelectMany(session => ScsiDevice.Of(host.Roots, session))
            .Intersect(devices)
    ];

    /// <summary>Logs out of sessions that carry only the devices to be removed.</summary>
    /// <remarks>
    /// All of a target in one process where that is possible, else one after the other: iscsiadm walks through all sessions, and fails on those
    /// that another process is ending.
    /// </remarks>
    public async Task ReleaseAsync(IReadOnlyList<OwnedSession> owned, IReadOnlyCollection<ScsiDevice> removedByLogout, CancellationToken cancellationToken)
    {
        // The caller may have an entry from before its login, when the session had no number yet.
        owned = [.. owned.Select(one => host.Ledger.TryLoad(one) ?? one)];
        var free = _sessions.Where(
            session => session.IsLoggedIn && owned.Any(one => one.IsServedBy(session, host.Roots)) && !IsNeeded(session, removedByLogout));
        foreach (var target in free.GroupBy(session => session.TargetName).Where(sessions => sessions.Skip(1).Any()))
        {
            host.Step("logout");
            await host.Initiator.TryLogoutTogetherAsync(target.Key, [.. target], cancellationToken);
        }

        foreach (var one in owned)
        {
            await ReleaseAsync(one, removedByLogout, cancellationToken);
        }
    }

    private async Task ReleaseAsync(OwnedSession owned, IReadOnlyCollection<ScsiDevice> removedByLogout, CancellationToken cancellationToken)
    {
        var sessions = _sessions.Where(session => owned.IsServedBy(session, host.Roots)).ToList();

        // The run that began the login may have been killed before the session existed.
        if (!_sessions.Any(owned.IsAt)
            && IscsiPortal.TryParse(owned.Portal, out var portal)
            && await host.Initiator.AdoptLoginAsync(owned.TargetName, portal, owned.IsAt, cancellationToken) is { } late)
        {
            sessions.Add(late);
        }

        foreach (var session in sessions)
        {
            if (IsNeeded(session, removedByLogout))
            {
                return; // used by others
            }

            host.Step("logout");
            await host.Initiator.LogoutAsync(session, cancellationToken);
        }

        host.Ledger.Remove(owned);
    }

    private bool IsNeeded(IscsiSession session, IReadOnlyCollection<ScsiDevice> removedByLogout) =>
        ScsiDevice.Of(host.Roots, session).Any(device => device.HoldsData && !removedByLogout.Contains(device));
}
