using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Udev;

namespace StorageConnect.Host.OpenIscsi;

/// <summary>
/// A login whose run was killed or cancelled. iscsid continues it, so its session may appear after later checks.
/// </summary>
internal sealed class OrphanedLogin(HostRoots roots, HostDeadlines deadlines, IscsiDatabase database)
{
    /// <summary>The session that resulted; null when iscsid has given up.</summary>
    /// <param name="find">Finds the session.</param>
    /// <param name="begun">When the login began.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<IscsiSession?> WaitAsync(Func<IscsiSession?> find, DateTime begun, CancellationToken cancellationToken)
    {
        var left = begun + deadlines.IscsidLoginTimeout - DateTime.UtcNow;
        if (left > TimeSpan.Zero)
        {
            await Watch.UntilAsync(roots, "a login that another run began", () => find() is { IsLoggedIn: true },
                left < deadlines.IscsidLoginTimeout ? left : deadlines.IscsidLoginTimeout, cancellationToken);
        }

        return find();
    }

    /// <summary>The same for a run of which only the record is left. Without a session the record is deleted too.</summary>
    public async Task<IscsiSession?> AdoptAsync(string targetName, IscsiPortal portal, Func<IscsiSession?> find, CancellationToken cancellationToken)
    {
        var records = database.ReadNodes().Where(node => node.TargetName == targetName && node.Portal == portal && IscsiDatabase.IsOurs(node.Path)).ToList();
        if (records.Count == 0)
        {
            await database.RestoreNodeAsync(targetName, portal, cancellationToken);
            return null;
        }

        // One that a session uses belongs to that: other logins go through other interfaces.
        if (WithoutSession() is not [_, ..] left)
        {
            return find();
        }

        // Written right before the login.
        if (await WaitAsync(find, left.Max(record => File.GetLastWriteTimeUtc(record.Path)), cancellationToken) is { } session)
        {
            return session;
        }

        foreach (var name in WithoutSession().Select(record => record.InterfaceName).Distinct())
        {
            await database.ForgetNodeAsync(targetName, portal, name, cancellationToken);
            await NetInterface.ForgetAsync(roots, database, name, cancellationToken);
        }

        return null;

        List<NodeFile> WithoutSession() => records.FindAll(record => !IscsiSession.ReadAll(roots).Any(session =>
            session.TargetName == targetName && session.Portal == portal && session.InterfaceName == record.InterfaceName));
    }
}
