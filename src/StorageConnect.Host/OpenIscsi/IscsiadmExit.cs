using StorageConnect.Host.Settings;
using StorageConnect.Host.Tools;

namespace StorageConnect.Host.OpenIscsi;

/// <summary>What iscsiadm's exit codes mean (<c>iscsi_err.h</c>; the same in all versions since 2.0-873, which had 255 in place of 21).</summary>
/// <remarks>Ids and texts are here and not in the resources: they are a table by exit code. Several codes share an id, and several ids an action.</remarks>
internal sealed record IscsiadmExit
{
    /// <summary>The error id of everything that a missing iscsid causes.</summary>
    public const string IscsidUnreachable = "IscsidUnreachable";

    private const int SignalBase = 128;

    private static readonly Dictionary<int, IscsiadmExit> Known = new IscsiadmExit[]
    {
        new(0, IscsiadmOutcome.Done, "success", Cause.Failed, "IscsiFailed"),
        new(1, IscsiadmOutcome.Permanent, "an error that open-iscsi has no name for", Cause.Failed, "IscsiFailed"),
        new(2, IscsiadmOutcome.Permanent, "there is no such session", Cause.NotFound, "IscsiSessionNotFound"),
        new(3, IscsiadmOutcome.Retry, "out of memory", Cause.Failed, "IscsiOutOfMemory"),
        new(4, IscsiadmOutcome.Retry, "no connection", Cause.Unreachable, "IscsiPortalUnreachable"),
        new(5, IscsiadmOutcome.Retry, "the login failed", Cause.Unreachable, "IscsiLoginFailed"),
        new(6, IscsiadmOutcome.Retry, "open-iscsi's database could not be used", Cause.Database, "IscsiDatabaseFailed"),
        new(7, IscsiadmOutcome.Permanent, "iscsiadm does not accept an argument", Cause.Failed, "IscsiArgumentInvalid"),
        new(8, IscsiadmOutcome.Retry, "no connection in time", Cause.Unreachable, "IscsiPortalUnreachable"),
        new(9, IscsiadmOutcome.Permanent, "an error inside iscsid or the kernel", Cause.Failed, "IscsiInternalError"),
        new(10, IscsiadmOutcome.Retry, "the logout failed", Cause.Failed, "IscsiLogoutFailed"),
        new(11, IscsiadmOutcome.Retry, "no answer in time", Cause.Unreachable, "IscsiPortalUnreachable"),
        new(12, IscsiadmOutcome.Permanent, "the kernel has no iSCSI initiator (module iscsi_tcp)", Cause.Kernel, "IscsiModuleMissing"),
        new(13, IscsiadmOutcome.Permanent, "the operating system does not permit it", Cause.Denied, "RootNeeded"),
        new(14, IscsiadmOutcome.Permanent, "the transport can't do this", Cause.Kernel, "IscsiTransportUnable"),
        new(15, IscsiadmOutcome.Permanent, "a session uses it", Cause.Busy, "IscsiSessionExists"),
        new(16, IscsiadmOutcome.Permanent, "iscsid does not know the request: iscsiadm and iscsid are of different versions", Cause.Daemon, "IscsidMismatch"),
        new(17, IscsiadmOutcome.Permanent, "iSNS is not available", Cause.Unreachable, "IsnsUnavailable"),
        new(18, IscsiadmOutcome.Retry, "the connection to iscsid broke", Cause.Daemon, IscsidUnreachable),
        new(19, IscsiadmOutcome.Permanent, "the target turned the login away", Cause.Refused, "IscsiLoginRefused"),
        new(20, IscsiadmOutcome.Retry, "iscsid does not run", Cause.Daemon, IscsidUnreachable),
        new(21, IscsiadmOutcome.Permanent, "open-iscsi knows no such record, portal or session", Cause.NotFound, "IscsiRecordNotFound"),
        new(22, IscsiadmOutcome.Permanent, "sysfs does not show it", Cause.NotFound, "IscsiSessionNotFound"),
        new(23, IscsiadmOutcome.Permanent, "there is no such iSCSI host", Cause.NotFound, "IscsiHostNotFound"),
        new(24, IscsiadmOutcome.Permanent, "CHAP failed, or this initiator is not allowed", Cause.Credential, "IscsiAuthenticationFailed"),
        new(25, IscsiadmOutcome.Permanent, "the iSNS query failed", Cause.Unreachable, "IsnsUnavailable"),
        new(26, IscsiadmOutcome.Permanent, "the iSNS registration failed", Cause.Unreachable, "IsnsUnavailable"),
        new(27, IscsiadmOutcome.Permanent, "open-iscsi does not support this", Cause.Kernel, "IscsiUnsupported"),
        new(28, IscsiadmOutcome.Retry, "it is in use at this moment", Cause.Busy, "IscsiBusy"),
        new(29, IscsiadmOutcome.Retry, "not now", Cause.Busy, "IscsiBusy"),
        new(30, IscsiadmOutcome.Permanent, "open-iscsi does not know this kind of discovery", Cause.Kernel, "IscsiUnsupported"),
        new(31, IscsiadmOutcome.Retry, "its child process ended", Cause.Failed, "IscsiFailed"),
        new(32, IscsiadmOutcome.Retry, "the session is not connected", Cause.Unreachable, "IscsiPortalUnreachable"),
        new(33, IscsiadmOutcome.Retry, "iscsid did not answer in time", Cause.Daemon, IscsidUnreachable),
        // SIGPIPE: version 2.1.8 crashes when a portal closes the connection early, as tgt does when it has no targets.
        new(SignalBase + 13, IscsiadmOutcome.Retry, "the portal closed the connection, as one without any target does", Cause.Unreachable,
            "IscsiConnectionClosed"),
    }.ToDictionary(exit => exit.Code);

    private readonly Cause _cause;

    private IscsiadmExit(int code, IscsiadmOutcome outcome, string meaning, Cause cause, string errorId)
    {
        Code = code;
        Outcome = outcome;
        Meaning = meaning;
        _cause = cause;
        ErrorId = errorId;
    }

    private enum Cause
    {
        Failed,
        Unreachable,
        Database,
        Kernel,
        Denied,
        Busy,
        Daemon,
        Refused,
        NotFound,
        Credential,
    }

    public int Code { get; }

    public IscsiadmOutcome Outcome { get; private init; }

    /// <summary>The meaning, as text after a colon.</summary>
    public string Meaning { get; }

    public string ErrorId { get; }

    /// <summary>All failures of iscsiadm, for the list of errors.</summary>
    public static IEnumerable<IscsiadmExit> Failures => Known.Values.Where(exit => exit.Outcome != IscsiadmOutcome.Done);

    private string WayOut => _cause switch
    {
        Cause.Unreachable => "Check that the target serves this portal, and that network and firewalls let this host reach it.",
        Cause.Daemon => "Start iscsid ('systemctl start iscsid'), see 'journalctl -u iscsid', then repeat. Test-OscHost checks the host.",
        Cause.Credential =>
            "Check CHAP user and secret on both sides (Set-OscStorageServer -AccessContext), and that the target admits this initiator (Get-OscInitiator).",
        Cause.Refused =>
            "Check that the target is at this portal and admits this initiator (Get-OscInitiator), and the secret with which it proves itself (mutual CHAP).",
        Cause.Denied => "Repeat it as root, for example with 'sudo pwsh'.",
        Cause.Busy => "Wait for the other program that uses this session, then repeat.",
        Cause.NotFound => "Find-OscTarget shows what there is; another process may have removed it meanwhile.",
        Cause.Kernel => "Load the module ('modprobe iscsi_tcp'), or run a kernel that has it. Test-OscHost checks the host.",
        Cause.Database =>
            "Check that open-iscsi's folder (/etc/iscsi or /var/lib/iscsi) can be written and has space, and which process holds /run/lock/iscsi/lock.write.",
        _ => "See 'journalctl -u iscsid' and the kernel's log (dmesg), then repeat. Test-OscHost checks the host.",
    };

    /// <summary>The meaning of a run: of its exit code, and of a discovery's messages.</summary>
    /// <remarks>With an iface named, a discovery on a kernel without iSCSI finds nothing (21): iscsiadm "drops" the iface.</remarks>
    public static IscsiadmExit Of(IscsiadmOperation operation, ToolResult result) =>
        operation == IscsiadmOperation.Discover && result.ExitCode == 21 && result.Error.Contains("Could not load transport", StringComparison.Ordinal)
            ? Of(operation, 12)
            : Of(operation, result.ExitCode);

    /// <summary>The meaning of <paramref name="code"/> for <paramref name="operation"/>.</summary>
    public static IscsiadmExit Of(IscsiadmOperation operation, int code)
    {
        var exit = Known.GetValueOrDefault(code == 255 ? 21 : code) ?? Unknown(code);
        return (operation, exit.Code) switch
        {
            (IscsiadmOperation.Discover, 21) => exit with { Outcome = IscsiadmOutcome.Done }, // the portal offers this initiator nothing
            (IscsiadmOperation.Login, 15) => exit with { Outcome = IscsiadmOutcome.Done },
            (IscsiadmOperation.Login, 21) => exit with { Outcome = IscsiadmOutcome.Retry }, // the record was deleted meanwhile and is written again
            (IscsiadmOperation.Logout, 2 or 21 or 22) => exit with { Outcome = IscsiadmOutcome.Done }, // gone already
            _ => exit,
        };
    }

    /// <summary>The error to throw.</summary>
    /// <param name="what">What failed: the beginning of a sentence.</param>
    /// <param name="target">The target or portal it is about.</param>
    /// <param name="result">What iscsiadm wrote; its own message is appended. It never contains a secret.</param>
    public StorageConnectException ToException(string what, string target, ToolResult result)
    {
        var text = new ErrorText(ErrorId, $"{what}: {Meaning} (iscsiadm exit code {result.ExitCode}{Words(result.Error)}).", WayOut);
        var retryable = Outcome == IscsiadmOutcome.Retry;
        return _cause switch
        {
            Cause.Unreachable => new ArrayUnreachableException(text) { Element = target, Retryable = retryable },
            Cause.Daemon => new HostNotReadyException(text) { Element = target, Retryable = retryable },
            Cause.Credential => new AuthenticationFailedException(text) { Element = target, Retryable = retryable },
            Cause.Refused or Cause.Denied => new AccessDeniedException(text) { Element = target, Retryable = retryable },
            Cause.Busy => new StorageElementBusyException(text) { Element = target, Retryable = retryable },
            Cause.NotFound => new NotFoundException(text) { Element = target, Retryable = retryable },
            Cause.Kernel => new NoSuchOperationException(text) { Element = target, Retryable = retryable },
            _ => new ToolFailedException(text) { Element = target, Retryable = retryable },
        };
    }

    private static IscsiadmExit Unknown(int code) =>
        new(code, IscsiadmOutcome.Permanent, code > SignalBase ? $"signal {code - SignalBase} ended it" : "an unknown exit code",
            Cause.Failed, "IscsiFailed");

    private static string Words(string error)
    {
        const string prefix = "iscsiadm: ";
        var last = error.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .LastOrDefault(line => line.StartsWith(prefix, StringComparison.Ordinal));
        return last is null ? "" : $"; it said: {last[prefix.Length..].TrimEnd('.')}";
    }
}
