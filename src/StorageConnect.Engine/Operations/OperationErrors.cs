using StorageConnect.Engine.Errors;
using static StorageConnect.Engine.Errors.ErrorTexts;

namespace StorageConnect.Engine.Operations;

/// <summary>Errors about long operations. Each method's name is the id.</summary>
internal static class OperationErrors
{
    public static NotFoundException OperationNotFound(string id) => new(Text([id])) { Element = id };

    public static OperationFailedException OperationFailed(string id, Exception cause) => new(Text([id, cause.Message]), cause) { Element = id };

    public static OperationStoppedException OperationStopped(string operation, string target) => new(Text([operation])) { Element = target };

    public static OperationTimeoutException OperationTimeout(int seconds, string howMany, string names, string target) =>
        new(Text([seconds, howMany, names])) { Element = target };

    public static ArrayUnreachableException ArrayUnreachable(string array, TimeSpan deadline, string id) =>
        new(Text([array, Math.Round(deadline.TotalSeconds), id], "Progress")) { Element = array };

    public static InvalidRequestException OperationEnded(string id, OscOperation operation) =>
        new(Text([id, operation.Target, operation.State], operation.State == OscOperationState.Completed ? "Completed" : null)) { Element = operation.Target };

    public static StorageElementBusyException OperationRunning(string id, OscOperation operation) =>
        new(Text([id, operation.Target, operation.StorageServerName])) { Element = operation.Target };

    public static DataCorruptException OperationUnreadable(string id, string path, Exception cause) =>
        new(Text([id, path, cause.Message]), cause) { Element = id };

    public static AccessDeniedException OperationStoreNotAccessible(string folder, Exception cause) =>
        new(Text([folder, cause.Message]), cause) { Element = folder };
}
