using System.Globalization;
using System.Net.Sockets;
using StorageConnect.PluginKit.Targets;
using static StorageConnect.PluginKit.Targets.TargetDaemonErrors;

namespace StorageConnect.PluginKit.Tgt;

/// <summary>Translates failures of tgtd into errors for users.</summary>
internal static class TgtErrors
{
    /// <summary>An error of the control socket.</summary>
    public static ArrayUnreachableException Translate(TgtControlAddress address, Exception e) =>
        e is not SocketException { SocketErrorCode: var code } ? Ended(address, e) : code switch
        {
            // .NET's error for a missing socket file.
            SocketError.AddressNotAvailable => Unreachable(address, "there is no such socket", e),
            SocketError.ConnectionRefused => Unreachable(address, "nobody listens to that socket", e),
            SocketError.AccessDenied => Closed(address),
            _ => Ended(address, e),
        };

    public static ArrayUnreachableException Unreachable(TgtControlAddress address, string reason, Exception inner) =>
        new($"No tgtd answers at {address.Socket}: {reason}.", inner)
        {
            ErrorId = NotRunning,
            Element = address.Socket,
            Recommendation = IsInstalled()
            ? $"Start it: 'systemctl start tgt' for the system's, {ByHand(address)} manually; or name another one in ExtraInfo."
            : "Install it and start it: 'apt-get install tgt' ('dnf install scsi-target-utils'), then 'systemctl start tgt', or 'tgtd' manually.",
        };

    public static ArrayUnreachableException Ended(TgtControlAddress address, Exception inner) =>
        new($"tgtd at {address.Socket} ended, or closed the connection: {inner.Message}.", inner)
        {
            ErrorId = "TargetDaemonEnded",
            Element = address.Socket,
            Retryable = true,
            Recommendation = "Check whether tgtd runs ('systemctl status tgt'), and start it if not. The next use of the server puts the export in order.",
        };

    public static ArrayUnreachableException Silent(TgtControlAddress address, TimeSpan deadline, Exception inner) =>
        new(string.Create(CultureInfo.InvariantCulture, $"tgtd at {address.Socket} has not answered for {deadline.TotalSeconds} seconds."), inner)
        {
            ErrorId = "TargetDaemonSilent",
            Element = address.Socket,
            Retryable = true,
            Recommendation = "Check what tgtd does (its log, 'top'); restart it if it hangs. The next use of the server puts the export in order.",
        };

    public static ArrayUnreachableException Closed(TgtControlAddress address) =>
        new($"tgtd at {address.Socket} closed the connection without an answer.")
        {
            ErrorId = "TargetDaemonRefused",
            Element = address.Socket,
            Recommendation =
                "tgtd listens only to the user and group it runs as: run as that user (root, as a rule). If you do, look whether it has just ended.",
        };

    public static ArrayUnreachableException Strange(TgtControlAddress address) =>
        new($"The program that answers at {address.Socket} is not a supported tgtd.")
        {
            ErrorId = "TargetDaemonUnknown",
            Element = address.Socket,
            Recommendation = "Use tgt 1.0.x, and check the control socket in ExtraInfo.",
        };

    /// <summary>A listing that isn't of the form that tgtd writes.</summary>
    public static ArrayUnreachableException Unreadable(TgtControlAddress address, FormatException e) =>
        new($"{e.Message} An initiator may have put it there.", e)
        {
            ErrorId = "TargetDaemonListingOdd",
            Element = address.Socket,
            Recommendation = "Check 'tgtadm --mode target --op show': the alias of an initiator that is logged in has line breaks. Log that initiator out.",
        };

    /// <summary>An unexpected refusal.</summary>
    public static Exception Translate(TgtRefusedException e, string? element) => e.Reason switch
    {
        TgtRefusal.OutOfMemory => new LimitExceededException($"tgtd is out of memory or threads{For(element)}.", e)
        {
            ErrorId = "TargetDaemonLimit",
            Element = element,
            Recommendation = "Start tgtd with '--nr_iothreads 1' when it serves many elements: it takes 16 threads for each otherwise.",
        },
        TgtRefusal.TargetActive or TgtRefusal.UnitActive or TgtRefusal.RemovalPrevented =>
            new StorageElementBusyException($"Initiators keep tgtd busy{For(element)}: {e.Message}", e)
            {
                ErrorId = "StorageElementInUse",
                Element = element,
                Retryable = true,
                Recommendation = "Stop what uses the element, then try again.",
            },
        TgtRefusal.NoTarget => new ArrayUnreachableException($"tgtd has lost a target{For(element)}: {e.Message}", e)
        {
            ErrorId = TargetMissing,
            Element = element,
            Retryable = true,
            Recommendation = "Try again. Get-OscStatus shows whether the export differs from the records.",
        },
        _ => new ArrayUnreachableException($"{e.Message}{For(element)}", e)
        {
            ErrorId = "TargetDaemonRefused",
            Element = element,
            Recommendation = "tgtd's log (the system's, or where 'tgtd -f' prints) tells more. Update-OscStorageElement puts the export in order.",
        },
    };

    /// <summary>A session that was to be ended goes on.</summary>
    public static StorageElementBusyException StillUsed(TargetState target, SessionState session) =>
        new($"tgtd has not ended the session of {session}, who may still use the target {target.Name}.")
        {
            ErrorId = NotWithdrawn,
            Element = target.Name,
            Retryable = true,
            Recommendation = "Log that initiator out, then try again; the next use of the server tries, too. If tgtd hangs, restart it.",
        };

    private static bool IsInstalled() => File.Exists("/usr/sbin/tgtd") || File.Exists("/sbin/tgtd");

    private static string ByHand(TgtControlAddress address) => (address == TgtControlAddress.Default, address.Path == TgtControlAddress.Default.Path) switch
    {
        (true, _) => "'tgtd'",
        (_, true) => string.Create(CultureInfo.InvariantCulture, $"'tgtd -C {address.Port}'"),
        _ => string.Create(CultureInfo.InvariantCulture, $"'TGT_IPC_SOCKET={address.Path} tgtd -C {address.Port}'"),
    };

    private static string For(string? element) => element is null ? "" : $" (for '{element}')";
}
