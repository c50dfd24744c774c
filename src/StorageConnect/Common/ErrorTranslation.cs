using System.Management.Automation;
using StorageConnect.Engine;

namespace StorageConnect.Commands;

/// <summary>The one translation from the engine's errors to PowerShell's: a stable id, the fitting category, the target, the way out.</summary>
internal static class ErrorTranslation
{
    public static ErrorRecord ToErrorRecord(StorageConnectException error, object? target) =>
        new(error, error.ErrorId, CategoryOf(error), target ?? error.Element)
        {
            ErrorDetails = new(error.Message) { RecommendedAction = error.Recommendation },
        };

    private static ErrorCategory CategoryOf(StorageConnectException error) => error switch
    {
        InvalidStorageArrayException or InvalidRequestException => ErrorCategory.InvalidArgument,
        NoSuchOperationException => ErrorCategory.NotImplemented,
        StorageElementBusyException => ErrorCategory.ResourceBusy,
        SnapRestoreNotSafeException => ErrorCategory.InvalidOperation,
        NotFoundException => ErrorCategory.ObjectNotFound,
        AlreadyExistsException => ErrorCategory.ResourceExists,
        LimitExceededException => ErrorCategory.LimitsExceeded,
        AuthenticationFailedException => ErrorCategory.AuthenticationError,
        AccessDeniedException => ErrorCategory.PermissionDenied,
        ArrayUnreachableException => ErrorCategory.ConnectionError,
        DataCorruptException => ErrorCategory.InvalidData,
        AccessGroupException => ErrorCategory.InvalidResult,
        OperationStoppedException => ErrorCategory.OperationStopped,
        OperationTimeoutException => ErrorCategory.OperationTimeout,
        PluginFaultException or OperationFailedException => ErrorCategory.NotSpecified,
        _ => ErrorCategory.NotSpecified,
    };
}
