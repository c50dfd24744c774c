using StorageConnect.PluginKit.Targets;

namespace StorageConnect.PluginKit.Tgt;

/// <summary>tgtd, the user-space target daemon of the package <c>tgt</c>.</summary>
public sealed class TgtTargetDaemon : ITargetDaemon
{
    private const string Vendor = "STORCONN";
    private const string InitiatorKey = "initiator-name";
    private const string UserKey = "user";
    private const char OptionSeparator = ';';
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    // tgtd's default page 8, except for the bit "write cache enabled".
    private const string CacheDisabledPage = "8:0:18:0x10:0:0xff:0xff:0:0:0xff:0xff:0xff:0xff:0x80:0x14:0:0:0:0:0:0";

    private static readonly TimeSpan BetweenCommandsTimeout = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DrainTimeout = TimeSpan.FromSeconds(15);
    private readonly ITgtControl _control;
    private readonly TgtControlAddress _address;

    private TgtTargetDaemon(TgtControlAddress address, ITgtControl control)
    {
        _address = address;
        _control = control;
    }

    /// <inheritdoc/>
    public string Name => "tgtd";

    /// <inheritdoc/>
    public string ListCommand => "tgtadm --mode target --op show";

    /// <summary>Opens a tgtd by its control socket; by tgtadm where a harmless request shows another version of the protocol.</summary>
    /// <param name="address">Its control socket.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ArrayUnreachableException">No tgtd answers.</exception>
    public static TgtTargetDaemon Open(TgtControlAddress address, CancellationToken cancellationToken)
    {
        try
        {
            var export = new TgtTargetDaemon(address, new TgtSocket(address));
            export.Identify(cancellationToken);
            return export;
        }
        catch (ArrayUnreachableException e) when (e.ErrorId != TargetDaemonErrors.NotRunning && TgtAdm.IsInstalled)
        {
            return Over(address, new TgtAdm(address), cancellationToken);
        }
    }

    /// <summary>Opens a tgtd by the given control.</summary>
    internal static TgtTargetDaemon Over(TgtControlAddress address, ITgtControl control, CancellationToken cancellationToken)
    {
        var export = new TgtTargetDaemon(address, control);
        export.Identify(cancellationToken);
        return export;
    }

    /// <inheritdoc/>
    public ProcessIdentity? Identify(CancellationToken cancellationToken)
    {
        try
        {
            var answer = _control.Send(new(TgtMode.System, TgtOperation.Show), cancellationToken);
            if (!answer.Text.StartsWith("System:\n", StringComparison.Ordinal) || !answer.Text.Contains("iscsi: ready", StringComparison.Ordinal))
            {
                throw TgtErrors.Strange(_address);
            }

            return answer.Process > 0 ? ProcessIdentity.Of(answer.Process) : null;
        }
        catch (TgtRefusedException)
        {
            throw TgtErrors.Strange(_address);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<TargetState> GetTargets(CancellationToken cancellationToken)
    {
        // A target that is created or removed meanwhile is in the drivers' list before or after; one that is both is in neither.
        const int attempts = 5;
        for (var attempt = 1; ; attempt++)
        {
            var before = Show(TgtMode.Driver, cancellationToken);
            var targets = Show(TgtMode.Target, cancellationToken);
            var after = Show(TgtMode.Driver, cancellationToken);
            try
            {
                return TgtListing.Targets(targets, $"{before}\n{after}");
            }
            catch (FormatException) when (attempt < attempts)
            {
            }
            catch (FormatException e)
            {
                throw TgtErrors.Unreadable(_address, e);
            }
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<SessionState> GetSessions(TargetState target, CancellationToken cancellationToken)
    {
        var text = Send(new(TgtMode.Connection, TgtOperation.Show) { Target = target.Number }, null, cancellationToken, TgtRefusal.NoTarget);
        try
        {
            return TgtListing.Sessions(text);
        }
        catch (FormatException e)
        {
            throw TgtErrors.Unreadable(_address, e);
        }
    }

    /// <inheritdoc/>
    public void Create(TargetSpec target, int number, CancellationToken cancellationToken)
    {
        try
        {
            Send(new(TgtMode.Target, TgtOperation.New, ("targetname", target.Name)) { Target = number }, target.ElementName, cancellationToken);
        }
        catch (StorageConnectException e) when (e.InnerException is TgtRefusedException { Reason: TgtRefusal.TargetExists })
        {
            throw new TargetExistsException($"there is a target {number}, or one of the name {target.Name}, already.", e);
        }

        var made = new TargetState { Number = number, Name = target.Name };
        try
        {
            foreach (var account in target.Accounts)
            {
                Bind(made, account, cancellationToken);
            }

            if (target.Unit is { } unit)
            {
                CreateUnit(made, unit, cancellationToken);
            }

            // Last, so that initiators never see a partial target.
            foreach (var initiator in target.Initiators)
            {
                Allow(made, initiator, cancellationToken);
            }
        }
        catch
        {
            TryRemove(made);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Remove(TargetState target, CancellationToken cancellationToken)
    {
        foreach (var entry in target.Initiators.Concat(target.Addresses))
        {
            Deny(target, entry, cancellationToken);
        }

        foreach (var session in target.Sessions)
        {
            EndSession(target, session, cancellationToken);
        }

        // A forced removal crashes tgtd while a command is running, so the removal is repeated until the sessions are gone.
        UntilFree(
            () => Send(new(TgtMode.Target, TgtOperation.Delete) { Target = target.Number }, null, cancellationToken, TgtRefusal.NoTarget),
            cancellationToken);
    }

    /// <inheritdoc/>
    public void Allow(TargetState target, string initiator, CancellationToken cancellationToken) =>
        Send(new(TgtMode.Target, TgtOperation.Bind, (InitiatorKey, initiator)) { Target = target.Number }, null, cancellationToken, TgtRefusal.RuleExists);

    /// <inheritdoc/>
    public void Deny(TargetState target, string initiatorOrAddress, CancellationToken cancellationToken) => Send(
        new(
            TgtMode.Target,
            TgtOperation.Unbind,
            (target.Addresses.Contains(initiatorOrAddress) ? "initiator-address" : InitiatorKey, initiatorOrAddress))
        { Target = target.Number },
        null,
        cancellationToken,
        TgtRefusal.NoRule,
        TgtRefusal.NoTarget);

    /// <inheritdoc/>
    public void EndSession(TargetState target, SessionState session, CancellationToken cancellationToken)
    {
        foreach (var connection in session.Connections)
        {
            Send(
                new(TgtMode.Connection, TgtOperation.Delete) { Target = target.Number, Session = session.Id, Connection = connection },
                null,
                cancellationToken,
                TgtRefusal.NoSession,
                TgtRefusal.NoConnection,
                TgtRefusal.NoTarget);
        }

        // tgtd closes it a moment later. Once it is gone, none of its commands is executed any more.
        TryUntil(() => GetSessions(target, cancellationToken).All(other => other.Id != session.Id), DrainTimeout, cancellationToken);
    }

    /// <inheritdoc/>
    public void Bind(TargetState target, AccountName account, CancellationToken cancellationToken) => Send(
        new(TgtMode.Account, TgtOperation.Bind, (UserKey, account.User)) { Target = target.Number, Outgoing = account.Outgoing },
        null,
        cancellationToken,
        TgtRefusal.UserExists);

    /// <inheritdoc/>
    public void Unbind(TargetState target, AccountName account, CancellationToken cancellationToken) => Send(
        new(TgtMode.Account, TgtOperation.Unbind, (UserKey, account.User)) { Target = target.Number, Outgoing = account.Outgoing },
        null,
        cancellationToken,
        TgtRefusal.NoUser);

    /// <inheritdoc/>
    public void CreateUnit(TargetState target, UnitSpec unit, CancellationToken cancellationToken)
    {
        // Without a path it isn't ready; it becomes ready in the same step that sets its identity.
        Send(new(TgtMode.Unit, TgtOperation.New, [.. Store(unit)]) { Target = target.Number, Unit = UnitSpec.Number }, null, cancellationToken);
        try
        {
            List<(string, string)> properties = [.. Identity(unit), ("vendor_id", Vendor), ("product_id", unit.Product), ("removable", "0")];
            if (unit.WriteThrough)
            {
                properties.Add(("mode_page", CacheDisabledPage));
            }

            Update(target, cancellationToken, [.. properties, ("path", unit.Backing.Path)]);
        }
        catch
        {
            // One without its identity must not stay.
            TryRemoveUnit(target);
            throw;
        }
    }

    /// <inheritdoc/>
    public void RemoveUnit(TargetState target, int number, CancellationToken cancellationToken)
    {
        void Delete() =>
            Send(
                new(TgtMode.Unit, TgtOperation.Delete) { Target = target.Number, Unit = number },
                null,
                cancellationToken,
                TgtRefusal.NoUnit,
                TgtRefusal.NoTarget);

        // tgtd doesn't wait for running commands, it refuses. Usually there is a moment between two commands.
        if (TryUntilFree(Delete, BetweenCommandsTimeout, cancellationToken))
        {
            return;
        }

        // Under constant load there is none: a unit whose medium was removed accepts no new commands.
        Send(
            new(TgtMode.Unit, TgtOperation.Update, ("removable", "1"), ("online", "0")) { Target = target.Number, Unit = number },
            null,
            cancellationToken,
            TgtRefusal.NoUnit,
            TgtRefusal.NoTarget,
            TgtRefusal.RemovalPrevented);
        UntilFree(Delete, cancellationToken);
    }

    /// <inheritdoc/>
    public void SetIdentity(TargetState target, UnitSpec unit, CancellationToken cancellationToken) => Update(target, cancellationToken, [.. Identity(unit)]);

    /// <inheritdoc/>
    public void SetReady(TargetState target, CancellationToken cancellationToken) =>
        Send(new(TgtMode.Target, TgtOperation.Update, ("state", "ready")) { Target = target.Number }, null, cancellationToken);

    /// <inheritdoc/>
    public void RequirePrivateControl()
    {
        if (_control is TgtAdm)
        {
            throw TgtAdm.ChapNotPossible(_address);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> GetAccounts(CancellationToken cancellationToken) => TgtListing.Accounts(Show(TgtMode.Account, cancellationToken));

    /// <inheritdoc/>
    public void CreateAccount(ChapAccount account, CancellationToken cancellationToken) =>
        Send(
            new(TgtMode.Account, TgtOperation.New, (UserKey, account.Name.User), ("password", account.GetSecret())) { HoldsSecret = true },
            null,
            cancellationToken);

    /// <inheritdoc/>
    public void RemoveAccount(string user, CancellationToken cancellationToken) =>
        Send(new(TgtMode.Account, TgtOperation.Delete, (UserKey, user)), null, cancellationToken, TgtRefusal.NoUser);

    /// <inheritdoc/>
    public IReadOnlyList<Portal> GetPortals(CancellationToken cancellationToken) => TgtListing.Portals(Show(TgtMode.Portal, cancellationToken));

    /// <inheritdoc/>
    public void AddPortal(Portal portal, CancellationToken cancellationToken)
    {
        try
        {
            Send(new(TgtMode.Portal, TgtOperation.New, ("portal", portal.ToString())), null, cancellationToken);
        }
        catch (StorageConnectException e) when (e.InnerException is TgtRefusedException)
        {
            throw new ArrayUnreachableException($"tgtd can't listen at {portal}.", e)
            {
                ErrorId = "PortalNotPossible",
                Element = portal.ToString(),
                Recommendation =
                    "Give an address of this machine and a port that nothing else uses ('ss -ltn' lists those in use), and correct Portals in ExtraInfo.",
            };
        }
    }

    /// <summary>Checks that tgtd can serve a unit's storage: its requests have commas between parameters.</summary>
    /// <param name="backing">What backs it.</param>
    /// <exception cref="InvalidStorageArrayException">It can't.</exception>
    public static void RequireServable(BackingStore backing)
    {
        ArgumentNullException.ThrowIfNull(backing);
        if (
            backing.Options.Select(option => option.Value).Prepend(backing.Path).FirstOrDefault(
                text => text.Contains(',', StringComparison.Ordinal)) is { } bad)
        {
            throw new InvalidStorageArrayException($"{bad} can't be exported: tgtd takes no path with a comma.")
            {
                ErrorId = "ExtraInfoInvalid",
                Element = bad,
                Recommendation = "Rename it, or register the server with -StorageType SAN.",
            };
        }
    }

    private static IEnumerable<(string, string)> Store(UnitSpec unit)
    {
        yield return ("bstype", StoreName(unit.Backing.Kind));
        if (unit.Backing.Options.Count > 0)
        {
            yield return ("bsopts", string.Join(OptionSeparator, unit.Backing.Options.Select(option => $"{option.Key}={option.Value}")));
        }

        if (unit.WriteThrough)
        {
            yield return ("bsoflags", "sync");
        }
    }

    private static string StoreName(BackingKind kind) => kind switch
    {
        BackingKind.File => TgtListing.FileStore,
        BackingKind.RbdImage => TgtListing.RbdStore,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static IEnumerable<(string, string)> Identity(UnitSpec unit) =>
        [("scsi_id", unit.Naa), ("scsi_sn", unit.Serial), ("thin_provisioning", unit.Thin ? "1" : "0")];

    private void Update(TargetState target, CancellationToken cancellationToken, params (string, string)[] properties) =>
        Send(new(TgtMode.Unit, TgtOperation.Update, properties) { Target = target.Number, Unit = UnitSpec.Number }, null, cancellationToken);

    private string Show(TgtMode mode, CancellationToken cancellationToken) => Send(new(mode, TgtOperation.Show), null, cancellationToken);

    private string Send(TgtRequest request, string? element, CancellationToken cancellationToken, params ReadOnlySpan<TgtRefusal> fine)
    {
        try
        {
            return _control.Send(request, cancellationToken).Text;
        }
        catch (TgtRefusedException e) when (fine.Contains(e.Reason))
        {
            return "";
        }
        catch (TgtRefusedException e)
        {
            throw TgtErrors.Translate(e, element);
        }
    }

    /// <summary>Retries a request that tgtd refuses while commands are running, for a while.</summary>
    /// <exception cref="StorageElementBusyException">It still does.</exception>
    private static void UntilFree(Action request, CancellationToken cancellationToken)
    {
        if (!TryUntilFree(request, DrainTimeout, cancellationToken))
        {
            request();
        }
    }

    private static bool TryUntilFree(Action request, TimeSpan timeout, CancellationToken cancellationToken) => TryUntil(
        () =>
        {
            try
            {
                request();
                return true;
            }
            catch (StorageElementBusyException)
            {
                return false;
            }
        },
        timeout,
        cancellationToken);

    private static bool TryUntil(Func<bool> isDone, TimeSpan timeout, CancellationToken cancellationToken)
    {
        // tgtd sends no event when it is done. The pauses grow, and only while initiators send commands.
        var backoff = new Backoff(timeout, longest: LongestPause);
        do
        {
            if (isDone())
            {
                return true;
            }
        }
        while (backoff.Wait(cancellationToken));
        return false;
    }

    private void TryRemove(TargetState target) => Try(() => Remove(target, CancellationToken.None));

    private void TryRemoveUnit(TargetState target) => Try(() => RemoveUnit(target, UnitSpec.Number, CancellationToken.None));

    /// <summary>Cleans up after an error, which must not be hidden by another. The next use repairs the rest.</summary>
    private static void Try(Action work)
    {
        try
        {
            work();
        }
        catch (StorageConnectException)
        {
        }
    }
}
