using System.Text.RegularExpressions;
using StorageConnect.Plugins.Ceph.Configuration;

namespace StorageConnect.Plugins.Ceph.Tool;

/// <summary>What is at fault when an object is missing or taken: the exit code alone doesn't tell.</summary>
internal enum CephObject
{
    Image,
    Snapshot,
    Group,
    Pool,
}

/// <summary>Makes errors for people of exit codes, which are errno values: the same code means different things in different operations.</summary>
internal static partial class CephErrors
{
    public const int NotPermitted = 1;
    public const int NotFound = 2;
    public const int AccessDenied = 13;
    public const int Busy = 16;
    public const int Exists = 17;
    public const int Invalid = 22;
    public const int NoSpace = 28;
    public const int ReadOnly = 30;
    public const int TooMany = 31;
    public const int NotEmpty = 39;
    public const int TimedOut = 110;
    public const int QuotaExceeded = 122;
    private const int NotStarted = 127; // of the script: the library's module is missing
    private const string IsRefused = "StorageConnect.Refused";
    private const int Killed = 128;
    private const int LongestText = 400;

    /// <summary>The errno of a failure; 0 without one. The programs <c>ceph</c> and <c>rados</c> have it in their text.</summary>
    public static int ErrnoOf(CephCommand command, CephAnswer answer)
    {
        if (answer.ExitCode != NotPermitted || command.Program == CephProgram.Rbd)
        {
            return answer.ExitCode;
        }

        var match = ErrnoInText().Match(answer.Error);
        return match.Success
            ? int.Parse(match.Groups["errno"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture)
            : answer.Error.Contains("timed out", StringComparison.OrdinalIgnoreCase) ? TimedOut : NotPermitted;
    }

    /// <summary>The error for a failed call.</summary>
    /// <param name="errno">Its errno.</param>
    /// <param name="kind">What it was about.</param>
    /// <param name="name">The name of that, as users know it.</param>
    /// <param name="command">The call.</param>
    /// <param name="text">What the program wrote to its standard error.</param>
    public static StorageConnectException Of(int errno, CephObject kind, string name, CephCommand command, string text)
    {
        var error = Meaning(errno, kind, name, command, text);
        if (errno is NotPermitted or Busy or Invalid or ReadOnly && !Progress().IsMatch(text))
        {
            error.Data[IsRefused] = true;
        }

        return error;
    }

    /// <summary>Whether the cluster refused a call before it did anything. Other failures may have left half of it done.</summary>
    public static bool IsRefusal(StorageConnectException error) => error.Data.Contains(IsRefused);

    private static StorageConnectException Meaning(int errno, CephObject kind, string name, CephCommand command, string text) => errno switch
    {
        NotFound => Missing(kind, name),
        Exists => Taken(kind, name),
        Busy or ReadOnly => InUse(name, Short(text)),
        NotEmpty or TooMany => Dependants(name, Short(text)),
        NotPermitted when IsPermission(text) => PluginDenied(name, command),
        AccessDenied => Rejected(),
        NotStarted when command.Program != CephProgram.Python => ToolNotStarted(command.Program, Short(text)),
        NoSpace or QuotaExceeded or NotStarted => Full(name),
        TimedOut => Unreachable(name),
        > Killed => ToolCrashed(command, errno - Killed),
        _ => Refused(name, command, Short(text)),
    };

    /// <summary>Whether a failure can have come of a full pool. A step in the middle may be what failed.</summary>
    public static bool MayBeFull(int errno, CephAnswer answer) =>
        errno is TimedOut or NoSpace or QuotaExceeded
        || (errno != 0 && (answer.Error.Contains($"({QuotaExceeded})", StringComparison.Ordinal)
            || answer.Error.Contains($"({NoSpace})", StringComparison.Ordinal)));

    public static NotFoundException Missing(CephObject kind, string name) => PluginError.NotFound(
        name,
        kind switch
        {
            CephObject.Snapshot => $"There is no snapshot '{name}' in the cluster's pool.",
            CephObject.Group => $"There is no access group '{name}' in the cluster's pool.",
            CephObject.Pool => $"The cluster has no pool '{name}'.",
            _ => $"There is no storage element '{name}' in the cluster's pool.",
        },
        "List what is there; it may have been removed since.",
        id: kind switch
        {
            CephObject.Snapshot => "SnapshotNotFound",
            CephObject.Group => "AccessGroupNotFound",
            CephObject.Pool => "PoolNotFound",
            _ => "StorageElementNotFound",
        });

    public static DataCorruptException CatalogMissing(PoolName pool) => PluginError.DataCorrupt(
        pool.ToString(),
        $"The image '{pool.Of("osc.catalog")}' is gone. It holds the access groups, the presentations, and what is under way. Nothing was changed.",
        "Put it back: 'rbd rename', or 'rbd trash restore', where somebody renamed or trashed it. Without it, unregister the server and register it again; "
        + "then no element is presented.",
        id: "CatalogMissing");

    public static AlreadyExistsException Taken(CephObject kind, string name) => PluginError.AlreadyExists(
        name,
        kind == CephObject.Group ? $"There is an access group named '{name}' already." : $"There is a storage element or snapshot named '{name}' already.",
        "Choose another name, or remove that one first.",
        id: kind == CephObject.Group ? "AccessGroupExists" : "StorageElementExists");

    public static StorageElementBusyException InUse(string name, string who) => new($"'{name}' is in use{(who.Length == 0 ? "" : $": {who}")}.")
    {
        ErrorId = "StorageElementInUse",
        Element = name,
        Retryable = true,
        Recommendation = "Stop what uses it ('rbd status' tells the clients that have it open), then try again.",
    };

    public static AuthenticationFailedException Rejected(string user = "") => PluginError.AuthenticationFailed(
        null,
        user.Length == 0 ? "The cluster rejected the user or its key." : $"The cluster rejected the user client.{user} or its key.",
        "Give -Credential with the user (without 'client.') and, as password, what 'ceph auth print-key client.<user>' prints; or correct the keyring "
        + "that the configuration names.",
        id: "CephLoginRejected");

    public static LimitExceededException Full(string name) => PluginError.LimitExceeded(
        name,
        "The cluster is full: it takes no more writes.",
        "Remove elements or snapshots, raise the pool's quota, or add disks. 'ceph health detail' tells what is full. Removals work on a full cluster.",
        id: "ClusterFull");

    public static ArrayUnreachableException Unreachable(string? name, Exception? cause = null) => new("The Ceph cluster does not answer.", cause)
    {
        ErrorId = "ClusterUnreachable",
        Element = name,
        Retryable = true,
        Recommendation = "Check that this machine reaches the monitors and OSDs that the configuration names, and what 'ceph health detail' says. A change "
            + "that was under way may have been made: look before you repeat it.",
    };

    public static InvalidStorageArrayException ToolMissing(CephProgram program) => PluginError.InvalidStorageArray(
        null,
        $"The program '{program.ToString().ToLowerInvariant()}' is not installed on this machine.",
        "Install the package ceph-common (Debian: apt-get install ceph-common), of the cluster's release or a later one.",
        id: "CephToolMissing");

    private static InvalidStorageArrayException ToolNotStarted(CephProgram program, string text) => PluginError.InvalidStorageArray(
        null,
        $"The program '{program.ToString().ToLowerInvariant()}' can't be started: {text}.",
        "Install the package ceph-common, with the libraries that it needs, again.",
        id: "CephToolMissing");

    /// <summary>The text of an error in one line, without the time stamps of log lines, at a length that can be read.</summary>
    public static string Short(string text)
    {
        var lines = text.Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => !line.Contains("% complete", StringComparison.Ordinal))
            .Select(line => LogPrefix().Replace(line, "").Replace("rbd: ", "", StringComparison.Ordinal));
        var joined = string.Join("; ", lines);
        return joined.Length <= LongestText ? joined : joined[..LongestText];
    }

    /// <summary>The same code is of commands that the tool doesn't understand.</summary>
    private static bool IsPermission(string text) =>
        text.Contains("(1)", StringComparison.Ordinal) || text.Contains("not permitted", StringComparison.OrdinalIgnoreCase);

    private static StorageElementBusyException Dependants(string name, string text) => new($"'{name}' can't be removed while others depend on it: {text}.")
    {
        ErrorId = "StorageElementHasDependants",
        Element = name,
        Recommendation = "Remove its snapshots, and split or remove its clones, first.",
    };

    private static AccessDeniedException PluginDenied(string name, CephCommand command) => PluginError.AccessDenied(
        name,
        $"The cephx user may not do this ('{command}').",
        "Give the user the capabilities mon 'profile rbd', osd 'profile rbd pool=<pool>' and mgr 'profile rbd pool=<pool>' ('ceph auth caps').",
        id: "CephCapsTooSmall");

    private static ArrayUnreachableException ToolCrashed(CephCommand command, int signal) => PluginError.ArrayUnreachable(
        null,
        $"The program for '{command}' was ended by signal {signal}.",
        "Try again. Where it repeats, install the current version of ceph-common.",
        id: "CephToolCrashed");

    private static InvalidRequestException Refused(string name, CephCommand command, string text) => PluginError.InvalidRequest(
        name,
        $"The cluster refused '{command}': {(text.Length == 0 ? "it gave no reason" : text)}.",
        "Correct what the text names.",
        id: "CephRefused");

    /// <summary>More than none of the work.</summary>
    [GeneratedRegex(@"[1-9]\d*% complete")]
    private static partial Regex Progress();

    [GeneratedRegex(@"\((?<errno>\d+)\)|\[errno (?<errno>\d+)\]|error (?<errno>\d+)")]
    private static partial Regex ErrnoInText();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT[0-9:.+-]+ [0-9a-f]+ +-?\d+ ")]
    private static partial Regex LogPrefix();
}
