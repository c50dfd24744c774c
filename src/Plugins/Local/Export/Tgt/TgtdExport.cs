using System.Diagnostics;
using System.Globalization;

namespace StorageConnect.Plugins.Local.Export.Tgt;

/// <summary>Exports by tgtd, the user-space target of the package <c>tgt</c>.</summary>
internal sealed class TgtdExport : ITargetExport
{
    /// <summary>The kind of store: file I/O through the page cache.</summary>
    public const string Store = "rdwr";

    private const string Vendor = "STORCONN";
    private const string Product = "Local LUN";
    private const string InitiatorKey = "initiator-name";
    private const string UserKey = "user";
    private const int LongestPauseMilliseconds = 50;

    // Page 8 as tgtd has it by default, but for the bit "write cache enabled".
    private const string CacheDisabledPage = "8:0:18:0x10:0:0xff:0xff:0:0:0xff:0xff:0xff:0xff:0x80:0x14:0:0:0:0:0:0";

    private static readonly TimeSpan MomentTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(15);
    private readonly ITgtControl _control;
    private readonly TgtControlAddress _address;

    private TgtdExport(TgtControlAddress address, ITgtControl control)
    {
        _address = address;
        _control = control;
    }

    /// <summary>True when everybody on the machine can see what is sent.</summary>
    public bool IsOpenlyControlled => _control is TgtAdm;

    /// <summary>Reaches the tgtd there: over its socket, or, where a harmless call shows that its protocol isn't the known one, by tgtadm.</summary>
    public static TgtdExport Open(TgtControlAddress address, CancellationToken cancellationToken)
    {
        try
        {
            var export = new TgtdExport(address, new TgtSocket(address));
            export.Identify(cancellationToken);
            return export;
        }
        catch (ArrayUnreachableException e) when (e.ErrorId != TgtFaults.NotRunning && TgtAdm.IsInstalled)
        {
            return Over(address, new TgtAdm(address), cancellationToken);
        }
    }

    /// <summary>Over a way that was chosen by others.</summary>
    public static TgtdExport Over(TgtControlAddress address, ITgtControl control, CancellationToken cancellationToken)
    {
        var export = new TgtdExport(address, control);
        export.Identify(cancellationToken);
        return export;
    }

    public DaemonIdentity? Identify(CancellationToken cancellationToken)
    {
        try
        {
            var answer = _control.Send(new(TgtMode.System, TgtOperation.Show), cancellationToken);
            if (!answer.Text.StartsWith("System:\n", StringComparison.Ordinal) || !answer.Text.Contains("iscsi: ready", StringComparison.Ordinal))
            {
                throw TgtFaults.Strange(_address);
            }

            return answer.Process > 0 ? DaemonIdentity.Of(answer.Process) : null;
        }
        catch (TgtRefusedException)
        {
            throw TgtFaults.Strange(_address);
        }
    }

    public IReadOnlyList<TargetPicture> Look(CancellationToken cancellationToken)
    {
        // A target that is made or removed meanwhile is in the drivers' list before or after; one that is both is in neither.
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
                throw new ArrayUnreachableException($"{e.Message} An initiator may have put it there.", e)
                {
                    ErrorId = "TargetDaemonListingOdd",
                    Element = _address.Socket,
                    Recommendation = "Look at 'tgtadm --mode target --op show': the alias of an initiator that is logged in has line breaks. Log that initiator out.",
                };
            }
        }
    }

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

        var made = new TargetPicture { Number = number, Name = target.Name };
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

            // Last: whoever gets in sees all of it.
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

    public void Remove(TargetPicture target, CancellationToken cancellationToken)
    {
        foreach (var entry in target.Initiators.Concat(target.Addresses))
        {
            Deny(target, entry, cancellationToken);
        }

        foreach (var session in target.Sessions)
        {
            Cut(target, session, cancellationToken);
        }

        // By force, tgtd ends itself when a command is under way; so it is asked until the sessions are gone.
        UntilFree(
            () => Send(new(TgtMode.Target, TgtOperation.Delete) { Target = target.Number }, null, cancellationToken, TgtRefusal.NoTarget),
            cancellationToken);
    }

    public void Allow(TargetPicture target, string initiator, CancellationToken cancellationToken) =>
        Send(new(TgtMode.Target, TgtOperation.Bind, (InitiatorKey, initiator)) { Target = target.Number }, null, cancellationToken, TgtRefusal.RuleExists);

    public void Deny(TargetPicture target, string initiatorOrAddress, CancellationToken cancellationToken) => Send(
        new(TgtMode.Target, TgtOperation.Unbind, (target.Addresses.Contains(initiatorOrAddress) ? "initiator-address" : InitiatorKey, initiatorOrAddress)) { Target = target.Number },
        null,
        cancellationToken,
        TgtRefusal.NoRule,
        TgtRefusal.NoTarget);

    public void Cut(TargetPicture target, SessionPicture session, CancellationToken cancellationToken)
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

        // tgtd closes it a moment later. After this nothing of it is carried out any more, whatever it had sent.
        var mark = string.Create(CultureInfo.InvariantCulture, $"Session: {session.Id}\n");
        TryUntil(
            () => !Send(new(TgtMode.Connection, TgtOperation.Show) { Target = target.Number }, null, cancellationToken, TgtRefusal.NoTarget).Contains(mark, StringComparison.Ordinal),
            DrainTime,
            cancellationToken);
    }

    public void Bind(TargetPicture target, AccountName account, CancellationToken cancellationToken) => Send(
        new(TgtMode.Account, TgtOperation.Bind, (UserKey, account.User)) { Target = target.Number, Outgoing = account.Outgoing },
        null,
        cancellationToken,
        TgtRefusal.UserExists);

    public void Unbind(TargetPicture target, AccountName account, CancellationToken cancellationToken) => Send(
        new(TgtMode.Account, TgtOperation.Unbind, (UserKey, account.User)) { Target = target.Number, Outgoing = account.Outgoing },
        null,
        cancellationToken,
        TgtRefusal.NoUser);

    public void CreateUnit(TargetPicture target, UnitSpec unit, CancellationToken cancellationToken)
    {
        // Without a file it is not ready yet; it becomes so in the one step that gives it its identity, too.
        (string, string)[] parameters = unit.WriteThrough ? [("bstype", Store), ("bsoflags", "sync")] : [("bstype", Store)];
        Send(new(TgtMode.Unit, TgtOperation.New, parameters) { Target = target.Number, Unit = UnitSpec.Number }, null, cancellationToken);
        try
        {
            List<(string, string)> properties = [.. Identity(unit), ("vendor_id", Vendor), ("product_id", Product), ("removable", "0")];
            if (unit.WriteThrough)
            {
                properties.Add(("mode_page", CacheDisabledPage));
            }

            Update(target, cancellationToken, [.. properties, ("path", unit.Path)]);
        }
        catch
        {
            // One without its identity must not stay.
            TryRemoveUnit(target);
            throw;
        }
    }

    public void RemoveUnit(TargetPicture target, int number, CancellationToken cancellationToken)
    {
        void Delete() => Send(new(TgtMode.Unit, TgtOperation.Delete) { Target = target.Number, Unit = number }, null, cancellationToken, TgtRefusal.NoUnit, TgtRefusal.NoTarget);

        // tgtd waits for no command that is under way, it refuses. Between two commands there is a moment, as a rule.
        if (TryUntilFree(Delete, MomentTime, cancellationToken))
        {
            return;
        }

        // Under a load without a pause there is none: a medium that was taken out takes no new commands.
        Send(
            new(TgtMode.Unit, TgtOperation.Update, ("removable", "1"), ("online", "0")) { Target = target.Number, Unit = number },
            null,
            cancellationToken,
            TgtRefusal.NoUnit,
            TgtRefusal.NoTarget,
            TgtRefusal.RemovalPrevented);
        UntilFree(Delete, cancellationToken);
    }

    public void NameUnit(TargetPicture target, UnitSpec unit, CancellationToken cancellationToken) => Update(target, cancellationToken, [.. Identity(unit)]);

    public void MakeReady(TargetPicture target, CancellationToken cancellationToken) =>
        Send(new(TgtMode.Target, TgtOperation.Update, ("state", "ready")) { Target = target.Number }, null, cancellationToken);

    public IReadOnlyList<string> Accounts(CancellationToken cancellationToken) => TgtListing.Accounts(Show(TgtMode.Account, cancellationToken));

    public void CreateAccount(ExportAccount account, CancellationToken cancellationToken) =>
        Send(new(TgtMode.Account, TgtOperation.New, (UserKey, account.Name.User), ("password", account.GetSecret())) { HoldsSecret = true }, null, cancellationToken);

    public void RemoveAccount(string user, CancellationToken cancellationToken) =>
        Send(new(TgtMode.Account, TgtOperation.Delete, (UserKey, user)), null, cancellationToken, TgtRefusal.NoUser);

    public IReadOnlyList<Portal> Portals(CancellationToken cancellationToken) => TgtListing.Portals(Show(TgtMode.Portal, cancellationToken));

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
                Recommendation = "Give an address of this machine and a port that nothing else uses ('ss -ltn' lists those in use), and correct Portals in ExtraInfo.",
            };
        }
    }

    private static IEnumerable<(string, string)> Identity(UnitSpec unit) =>
        [("scsi_id", unit.Naa), ("scsi_sn", unit.Serial), ("thin_provisioning", unit.Thin ? "1" : "0")];

    private void Update(TargetPicture target, CancellationToken cancellationToken, params (string, string)[] properties) =>
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
            throw TgtFaults.Translate(e, element);
        }
    }

    /// <summary>Repeats what tgtd refuses while commands are under way, a while.</summary>
    /// <exception cref="StorageElementBusyException">It still does.</exception>
    private static void UntilFree(Action request, CancellationToken cancellationToken)
    {
        if (!TryUntilFree(request, DrainTime, cancellationToken))
        {
            request();
        }
    }

    private static bool TryUntilFree(Action request, TimeSpan patience, CancellationToken cancellationToken) => TryUntil(
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
        patience,
        cancellationToken);

    private static bool TryUntil(Func<bool> isDone, TimeSpan patience, CancellationToken cancellationToken)
    {
        var begin = Stopwatch.GetTimestamp();
        for (var pause = 1; Stopwatch.GetElapsedTime(begin) < patience; pause = Math.Min(pause * 2, LongestPauseMilliseconds))
        {
            if (isDone())
            {
                return true;
            }

            // tgtd tells nobody when it is done; the pauses grow, and only while initiators are at work.
            if (cancellationToken.WaitHandle.WaitOne(pause))
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }

        return false;
    }

    private void TryRemove(TargetPicture target) => Try(() => Remove(target, CancellationToken.None));

    private void TryRemoveUnit(TargetPicture target) => Try(() => RemoveUnit(target, UnitSpec.Number, CancellationToken.None));

    /// <summary>Cleans up after an error that must not be hidden by another; what is left is put in order with the next use.</summary>
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
