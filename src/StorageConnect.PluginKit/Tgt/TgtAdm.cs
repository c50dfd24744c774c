using System.Globalization;

namespace StorageConnect.PluginKit.Tgt;

/// <summary>
/// Controls a tgtd with an unknown version of the protocol: by its own tgtadm, one process per request. All users of the machine can read the
/// arguments of a process, so a request with a secret is refused.
/// </summary>
internal sealed class TgtAdm(TgtControlAddress address) : ITgtControl
{
    private static readonly Tool Tool = new("tgtadm", "tgt");
    private static readonly ToolRunner Runner = new();
    private const int TransportNotConnected = 107;

    // tgtadm reports the reason only as text.
    private static readonly Dictionary<string, TgtRefusal> Reasons = new(StringComparer.Ordinal)
    {
        ["out of memory"] = TgtRefusal.OutOfMemory,
        ["can't find the target"] = TgtRefusal.NoTarget,
        ["can't find the logical unit"] = TgtRefusal.NoUnit,
        ["can't find the session"] = TgtRefusal.NoSession,
        ["can't find the connection"] = TgtRefusal.NoConnection,
        ["this target already exists"] = TgtRefusal.TargetExists,
        ["this logical unit number already exists"] = TgtRefusal.UnitExists,
        ["this access control rule already exists"] = TgtRefusal.RuleExists,
        ["this access control rule does not exist"] = TgtRefusal.NoRule,
        ["this account already exists"] = TgtRefusal.UserExists,
        ["can't find the account"] = TgtRefusal.NoUser,
        ["this target already has an outgoing account"] = TgtRefusal.OutgoingAccountExists,
        ["this target is still active"] = TgtRefusal.TargetActive,
        ["this logical unit is still active"] = TgtRefusal.UnitActive,
        ["this device has Prevent Removal set"] = TgtRefusal.RemovalPrevented,
        ["invalid request"] = TgtRefusal.InvalidRequest,
    };

    /// <summary>True when there is a tgtadm to start.</summary>
    public static bool IsInstalled => Runner.Find(Tool) is not null;

    public TgtAnswer Send(TgtRequest request, CancellationToken cancellationToken)
    {
        if (request.HoldsSecret)
        {
            throw ChapNotPossible(address);
        }

        var command = new ToolCommand(Tool,
            Arguments(request, address.Port))
        { Environment = new Dictionary<string, string> { ["TGT_IPC_SOCKET"] = address.Path } };
        try
        {
            var result = Runner.Run(command, TgtSocket.Deadline, cancellationToken);
            return Read(address, request, result.ExitCode, result.Output, result.Error.Trim());
        }
        catch (ToolException e)
        {
            throw e.Failure == ToolFailure.TimedOut
                ? TgtErrors.Silent(address, TgtSocket.Deadline, e)
                : TgtErrors.Unreachable(address, e.Message.TrimEnd('.'), e);
        }
    }

    /// <summary>The result of a run of tgtadm.</summary>
    public static TgtAnswer Read(TgtControlAddress address, TgtRequest request, int exitCode, string output, string reason) =>
        exitCode == 0 ? new(output, 0)
        : Reasons.FirstOrDefault(known => reason.EndsWith(known.Key, StringComparison.Ordinal)) is { Key: not null } known
            ? throw new TgtRefusedException(known.Value, request)
        : exitCode == TransportNotConnected || reason.Contains("connect", StringComparison.Ordinal)
            ? throw TgtErrors.Unreachable(address, reason, new IOException(reason))
        : throw new TgtRefusedException(TgtRefusal.Unknown, request);

    public static NoSuchOperationException ChapNotPossible(TgtControlAddress address) =>
        new("CHAP can't be set up: the tgtd here speaks an unknown version of its protocol, and tgtadm would show the secret to everybody on this machine.")
        {
            ErrorId = "ChapNotPossible",
            Element = address.Socket,
            Recommendation = "Use tgt 1.0.x (Debian's package), or access contexts without CHAP.",
        };

    /// <summary>The arguments, each by itself: no shell ever sees them.</summary>
    public static IReadOnlyList<string> Arguments(TgtRequest request, int controlPort)
    {
        List<string> arguments = ["-C", Text(controlPort), "--lld", "iscsi", "--mode", Name(request.Mode), "--op",
            request.Operation.ToString().ToLowerInvariant()];
        void Add(string option, long value, bool given)
        {
            if (given)
            {
                arguments.AddRange([option, Text(value)]);
            }
        }

        Add("--tid", request.Target, request.Target > 0);
        Add("--lun", request.Unit, request.Unit >= 0);
        Add("--sid", request.Session, request.Mode == TgtMode.Connection);
        Add("--cid", request.Connection, request.Mode == TgtMode.Connection);
        if (request.Mode is TgtMode.Portal || request is { Mode: TgtMode.Unit, Operation: TgtOperation.Update })
        {
            if (request.Parameters.Count > 0)
            {
                arguments.AddRange(["--params", string.Join(',', request.Parameters.Select(parameter => $"{parameter.Key}={parameter.Value}"))]);
            }
        }
        else if (request is { Mode: TgtMode.Target, Operation: TgtOperation.Update })
        {
            arguments.AddRange(["--name", request.Parameters[0].Key, "--value", request.Parameters[0].Value]);
        }
        else
        {
            arguments.AddRange(request.Parameters.SelectMany(
                parameter => (string[])[parameter.Key == "path" ? "--backing-store" : $"--{parameter.Key}", parameter.Value]));
        }

        if (request.Outgoing)
        {
            arguments.Add("--outgoing");
        }

        return arguments;
    }

    private static string Name(TgtMode mode) => mode switch
    {
        TgtMode.System => "sys",
        TgtMode.Target => "target",
        TgtMode.Unit => "logicalunit",
        TgtMode.Portal => "portal",
        TgtMode.Driver => "lld",
        TgtMode.Connection => "conn",
        _ => "account",
    };

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);
}
