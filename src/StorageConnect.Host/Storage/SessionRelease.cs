using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Sysfs;

namespace StorageConnect.Host.Storage;

/// <summary>Logs out sessions that attaching made and nobody uses any more. The caller has the locks of their targets.</summary>
internal sealed class SessionRelease(LinuxHost host)
{
    public async Task ReleaseAsync(IReadOnlyCollection<MadeSession> made, CancellationToken cancellationToken)
    {
        var sessions = host.Initiator.Sessions();
        await Task.WhenAll(made.Select(one => ReleaseAsync(one, sessions.Where(one.IsServedBy).ToList(), cancellationToken)));
    }

    private async Task ReleaseAsync(MadeSession made, List<IscsiSession> sessions, CancellationToken cancellationToken)
    {
        // The run that began the login may have been killed before its session was there.
        if (sessions.Count == 0
            && IscsiPortal.TryParse(made.Portal, out var portal)
            && await host.Initiator.TakeUpLoginAsync(made.TargetName, portal, cancellationToken) is { } late)
        {
            sessions.Add(late);
        }

        foreach (var session in sessions)
        {
            if (ScsiDevice.Of(host.Roots, session).Any(device => device.HoldsData))
            {
                return; // others use it: they log it out
            }

            host.Step("logout");
            await host.Initiator.LogoutAsync(session, cancellationToken);
        }

        host.Ledger.Remove(made);
    }
}
