using StorageConnect.Host.Devices;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Ledger;
using StorageConnect.Host.Udev;

namespace StorageConnect.Host.Connectors;

/// <summary>Logs in to the portals where an element may be, and finds its disks.</summary>
internal sealed class IscsiElementSearch(LinuxHost host, ConnectRequest request)
{
    private readonly StaleDevices _stale = new(host);
    private readonly AttachChanges _changes = request.Changes;
    private StorageElement _element = request.Element;

    /// <summary>The disks of the element, one for each portal that shows it.</summary>
    public async Task<IReadOnlyList<FoundPath>> RunAsync(IReadOnlyList<IReadOnlyList<IscsiNode>> rounds, CancellationToken cancellationToken)
    {
        StorageConnectException? failure = null;
        foreach (var round in rounds)
        {
            // Held from login to disk, so that no other run logs out of the target. SessionRelease holds it from the last disk's removal to logout.
            var targets = round.Select(node => node.TargetName).ToHashSet();
            using var held = await host.Locks.TakeTargetsAsync(targets, cancellationToken);
            await new FullScanCleanup(host, _stale).RunAsync(targets, cancellationToken);
            var logins = await Task.WhenAll(round.Select(node => LoginAsync(node, cancellationToken)));
            await WaitForOneAsync(logins, cancellationToken);
            failure ??= logins.Select(login => login.Error).FirstOrDefault(error => error is AuthenticationFailedException)
                ?? logins.Select(login => login.Error).FirstOrDefault(error => error is not null);

            // Two host names may have led to one session.
            var usable = logins.Where(login => login.Error is null).GroupBy(login => login.Session!.Id)
                .Select(same => same.FirstOrDefault(login => login.Owned is not null) ?? same.First()).ToList();
            await IdentifyAsync([.. usable.Select(login => login.Session!)], cancellationToken);
            var searches = usable.Select(login => new Search(login, new(host, _element, _stale, _changes))).ToList();
            await ScanAsync(searches, cancellationToken);
            failure ??= searches.Select(search => search.Scan.Down).FirstOrDefault(error => error is not null);
            await LogoutUnusedAsync(searches.Where(search => search.Found is null), cancellationToken);
            if (searches.Exists(search => search.Found is not null))
            {
                Warn([.. logins.Where(login => login.Error is not null), .. searches.Select(search => search.Login)], searches);
                return [.. searches.Select(search => search.Found).OfType<FoundPath>()];
            }
        }

        throw failure
            ?? (rounds.Count == 0 ? AttachErrors.ElementNotSeenForNoTarget(_element) : AttachErrors.ElementNotSeen(_element, host.Deadlines.LunSeen));
    }

    /// <summary>Where the identity belongs to the presentation, it is read first. The disks of all portals must have it.</summary>
    private async Task IdentifyAsync(IReadOnlyList<IscsiSession> sessions, CancellationToken cancellationToken)
    {
        if (request.Presented is { } presented && sessions.Count > 0)
        {
            _element = _element with { Page83Id = await presented.IdentifyAsync(sessions, _changes, cancellationToken) };
        }
    }

    /// <summary>Logs in to a node, or to one of its alternatives. One that has a session comes first.</summary>
    private async Task<Login> LoginAsync(IscsiNode node, CancellationToken cancellationToken)
    {
        var sessions = host.Initiator.Sessions();
        List<IscsiNode> all = [node with { Alternatives = [] }, .. node.Alternatives];
        if (all.Find(one => sessions.Any(one.IsServedBy)) is { } present)
        {
            node = present with { Alternatives = [.. all.Where(one => one != present)] };
        }

        Login? failed = null;
        for (var next = node; next is not null; next = next.Next(failed.Error!))
        {
            var login = await LoginOnceAsync(next, cancellationToken);
            if (login.Error is null)
            {
                return login;
            }

            failed = login.Error is AuthenticationFailedException ? login : failed ?? login;
        }

        return failed!;
    }

    private async Task<Login> LoginOnceAsync(IscsiNode node, CancellationToken cancellationToken)
    {
        if (host.Initiator.Sessions().FirstOrDefault(node.IsServedBy) is { } session)
        {
            await AdoptAsync(node, session, cancellationToken);
            return session.IsLoggedIn ? new(node, session, null, null) : new(node, session, null, IscsiErrors.SessionDown(node, session));
        }

        var owned = OwnedSession.Of(node, request.Key);
        host.Ledger.Save(owned);
        _changes.LoggedIn(node, owned);
        host.Step("login");
        try
        {
            var begun = await host.Initiator.LoginAsync(node, cancellationToken);
            owned = owned.As(begun, host.Roots);
            host.Ledger.Save(owned);
            return new(node, begun, owned, null);
        }
        catch (StorageConnectException e)
        {
            // Its session may be there all the same, and its record is gone.
            if (host.Initiator.Sessions().FirstOrDefault(node.IsServedBy) is { } late)
            {
                owned = owned.As(late, host.Roots);
                host.Ledger.Save(owned);
            }
            else
            {
                host.Ledger.Remove(owned);
            }

            return new(node, null, owned, e);
        }
    }

    /// <summary>Records the number of a session that a killed run logged in to, and completes that login.</summary>
    private async Task AdoptAsync(IscsiNode node, IscsiSession session, CancellationToken cancellationToken)
    {
        if (session.IsLoggedIn && host.Ledger.Sessions.FirstOrDefault(one => one.Id is null && one.IsServedBy(session, host.Roots)) is { } begun)
        {
            host.Ledger.Save(begun.As(session, host.Roots));
            await host.Initiator.LoginAsync(node, cancellationToken);
        }
    }

    /// <summary>Where every session is down, waits for one to recover: iscsid reconnects continually.</summary>
    private async Task WaitForOneAsync(Login[] logins, CancellationToken cancellationToken)
    {
        if (logins.Any(login => login.Error is null) || logins.All(login => login.Session is null))
        {
            return;
        }

        await Watch.UntilAsync(
            host.Roots,
            "a session to recover",
            () => FindTheirs() is var theirs && (theirs.Count == 0 || theirs.Exists(session => session.IsLoggedIn)),
            host.Deadlines.IscsiSettle,
            cancellationToken);
        var now = FindTheirs();
        for (var i = 0; i < logins.Length; i++)
        {
            if (logins[i].Session is { } down && now.Find(session => session.Id == down.Id && session.IsLoggedIn) is { } back)
            {
                logins[i] = logins[i] with { Session = back, Error = null };
            }
        }

        // Those that are still there.
        List<IscsiSession> FindTheirs() =>
            [.. host.Initiator.Sessions().Where(session => Array.Exists(logins, login => login.Session?.Id == session.Id))];
    }

    /// <summary>Scans all sessions, and repeats it where the element isn't visible yet: an array may need a moment to show a new LUN.</summary>
    private async Task ScanAsync(List<Search> searches, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        var pauses = new ScanPauses(host);
        while (true)
        {
            await Task.WhenAll(searches.Where(search => !search.IsOver).Select(search => ScanAsync(search, cancellationToken)));
            var timeout = searches.Exists(search => search.Found is not null) ? host.Deadlines.LunSeenEverywhere : host.Deadlines.LunSeen;
            if (searches.TrueForAll(search => search.IsOver || IsElsewhere(search, searches)) || TimeProvider.System.GetElapsedTime(started) > timeout)
            {
                return;
            }

            await pauses.WaitAsync(searches.Exists(search => !search.IsOver && search.Scan.HasBroughtOthers), cancellationToken);
        }
    }

    private async Task ScanAsync(Search search, CancellationToken cancellationToken)
    {
        search.Found = await search.Scan.ScanAsync(search.Login.Session!, cancellationToken);
        if (search.Found is null && !host.Initiator.Sessions().Any(session => session.Id == search.Login.Session!.Id))
        {
            // The session was logged out meanwhile: manually, or by the iscsiadm of a killed run.
            search.Login = await LoginAsync(search.Login.Node, cancellationToken);
            search.Found = search.Login.Error is null ? await search.Scan.ScanAsync(search.Login.Session!, cancellationToken) : null;
        }
    }

    /// <summary>True when the element was found at another target and is not reported at this one.</summary>
    private bool IsElsewhere(Search search, List<Search> searches) =>
        _element.LunAddresses.Count == 0
        && searches.TrueForAll(other => other.Found is null || other.Login.Node.TargetName != search.Login.Node.TargetName)
        && searches.Exists(other => other.Found is not null);

    private async Task LogoutUnusedAsync(IEnumerable<Search> searches, CancellationToken cancellationToken) =>
        await new SessionRelease(host).ReleaseAsync([.. searches.Select(search => search.Login.Owned).OfType<OwnedSession>()], [], cancellationToken);

    private void Warn(List<Login> logins, List<Search> searches)
    {
        foreach (var login in logins.Where(login => login.Error is not null))
        {
            request.Warn($"'{_element.Name}' has fewer paths than possible: {login.Error!.Message}");
        }

        foreach (var search in searches.Where(search => !search.IsOver && !IsElsewhere(search, searches)))
        {
            request.Warn($"'{_element.Name}' has fewer paths than possible: "
                + (search.Scan.Down?.Message ?? $"the portal {search.Login.Node.Portal} does not show it."));
        }
    }

    /// <summary>How a login ended.</summary>
    /// <param name="Node">Where.</param>
    /// <param name="Session">The session, when there is one.</param>
    /// <param name="Owned">The ledger's entry, when this run logged in.</param>
    /// <param name="Error">Why there is no usable session.</param>
    private sealed record Login(IscsiNode Node, IscsiSession? Session, OwnedSession? Owned, StorageConnectException? Error);

    private sealed class Search(Login login, SessionScan scan)
    {
        public Login Login { get; set; } = login;

        public SessionScan Scan => scan;

        public FoundPath? Found { get; set; }

        public bool IsOver => Found is not null || Login.Error is not null;
    }
}
