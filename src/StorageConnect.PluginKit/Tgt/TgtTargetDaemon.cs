using StorageConnect.PluginKit.Targets;
using static StorageConnect.PluginKit.Targets.TargetDaemonErrors;

namespace StorageConnect.PluginKit.Tgt;

/// <summary>tgtd, the user-space target daemon of the package <c>tgt</c>.</summary>
public sealed partial class TgtTargetDaemon : ITargetDaemon
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
                ErrorId = PortalNotPossible,
                Element = portal.ToString(),
                Recommendation =
                    "Give an address of this machine and a port that nothing else uses ('ss -ltn' lists those in use), and correct Portals in ExtraInfo.",
            };
        }
    }

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
