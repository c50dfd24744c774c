using System.Management.Automation;
using StorageConnect.Engine.Errors;
using StorageConnect.Engine.Names;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Tools;

namespace StorageConnect.Commands;

/// <summary>The one translation from the engine's errors to PowerShell's: a stable id, the category, the target, the recommended action.</summary>
internal static class ErrorTranslation
{
    public static ErrorRecord ToErrorRecord(StorageConnectException error, object? target)
    {
        var (category, generalId) = KindOf(error);
        return new(error, error.ErrorId, category, target ?? error.Element)
        {
            // Where a plug-in gives no action, the general one of the error applies.
            ErrorDetails =
                new(Message(error)) { RecommendedAction = error.Recommendation ?? ErrorTexts.ActionFor(error.ErrorId) ?? ErrorTexts.ActionFor(generalId) },
        };
    }

    private static string Message(StorageConnectException error) => error switch
    {
        { Obstacles.Count: > 0 } => $"{error.Message} In the way: {string.Join(", ", error.Obstacles)}.",
        { Element: { } name } when Suggestion(error.ErrorId, name) is { } near && near != name => $"{error.Message} Did you mean '{near}'?",
        _ => error.Message,
    };

    /// <summary>The suggestion for a name that does not exist.</summary>
    private static string? Suggestion(string errorId, string name) => errorId switch
    {
        "StorageElementNotFound" or "CloneNotFound" => Near(name, NameKind.StorageElement),
        "SnapshotNotFound" => Near(name, NameKind.Snapshot),
        "AccessGroupNotFound" => Near(name, NameKind.AccessGroup),
        "QosUnknown" => Near(name, NameKind.Qos),
        "StorageServerNotFound" => NearMiss.Find(name, ModuleEngine.Current.GetServers().Select(server => server.Name)),
        _ => null,
    };

    private static string? Near(string name, NameKind kind) => NearMiss.Find(name, ModuleEngine.Current.Names.Get(kind).Select(known => known.Name));

    /// <summary>An error's category, and the id of its class where a plug-in has set none.</summary>
    public static (ErrorCategory Category, string GeneralId) KindOf(StorageConnectException error) => error switch
    {
        InvalidStorageArrayException => (ErrorCategory.InvalidArgument, "InvalidStorageArray"),
        InvalidRequestException => (ErrorCategory.InvalidArgument, "InvalidRequest"),
        NoSuchOperationException => (ErrorCategory.NotImplemented, "NoSuchOperation"),
        StorageElementBusyException => (ErrorCategory.ResourceBusy, "StorageElementBusy"),
        SnapRestoreNotSafeException => (ErrorCategory.InvalidOperation, "SnapRestoreNotSafe"),
        NotFoundException => (ErrorCategory.ObjectNotFound, "NotFound"),
        AlreadyExistsException => (ErrorCategory.ResourceExists, "AlreadyExists"),
        LimitExceededException => (ErrorCategory.LimitsExceeded, "LimitExceeded"),
        AuthenticationFailedException => (ErrorCategory.AuthenticationError, "AuthenticationFailed"),
        AccessDeniedException => (ErrorCategory.PermissionDenied, "AccessDenied"),
        ArrayUnreachableException => (ErrorCategory.ConnectionError, "ArrayUnreachable"),
        DataCorruptException => (ErrorCategory.InvalidData, "DataCorrupt"),
        AccessGroupException => (ErrorCategory.InvalidResult, "AccessGroupFailed"),
        OperationStoppedException => (ErrorCategory.OperationStopped, "OperationStopped"),
        OperationTimeoutException => (ErrorCategory.OperationTimeout, "OperationTimeout"),
        PluginFaultException => (ErrorCategory.NotSpecified, "PluginFailure"),
        HostNotReadyException => (ErrorCategory.ResourceUnavailable, "HostNotReady"),
        ToolFailedException => (ErrorCategory.ResourceUnavailable, "ToolFailed"),
        _ => (ErrorCategory.NotSpecified, "OperationFailed"),
    };
}
