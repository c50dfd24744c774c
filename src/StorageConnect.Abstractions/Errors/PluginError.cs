using System.Runtime.CompilerServices;

namespace StorageConnect;

/// <summary>
/// Creates the errors that a plug-in throws. Put them into a static class of your own, one method per error: the method's name becomes the
/// error's id.
/// </summary>
/// <example>
/// <code>
/// internal static class ShelfErrors
/// {
///     public static NotFoundException VolumeNotFound(string volume, string shelf) =>
///         PluginError.NotFound(volume, $"There is no volume '{volume}' on the shelf '{shelf}'.", "Get-OscStorageElement lists the volumes.");
/// }
/// </code>
/// </example>
public static class PluginError
{
    private const string Async = "Async";

    /// <inheritdoc cref="NotFoundException"/>
    /// <param name="element">The name of the element, group, pool or server it is about; null where there is none.</param>
    /// <param name="message">What happened and why, in one or two sentences. No secrets.</param>
    /// <param name="recommendation">What the user can do about it.</param>
    /// <param name="innerException">The cause, for <c>Get-Error</c>.</param>
    /// <param name="id">
    /// The stable id of the case, in PascalCase: the name of the calling method unless given. Thrown right in a method of the plug-in (its name
    /// ends with Async) or in a constructor, the error has the id of its class.
    /// </param>
    public static NotFoundException NotFound(string? element, string message, string? recommendation = null, Exception? innerException = null,
        [CallerMemberName] string id = "") =>
        new(new ErrorText(ToId(id, "NotFound"), message, recommendation), innerException) { Element = element };

    /// <inheritdoc cref="AccessDeniedException"/>
    /// <inheritdoc cref="NotFound" path="/param"/>
    public static AccessDeniedException AccessDenied(string? element, string message, string? recommendation = null, Exception? innerException = null,
        [CallerMemberName] string id = "") =>
        new(new ErrorText(ToId(id, "AccessDenied"), message, recommendation), innerException) { Element = element };

    /// <inheritdoc cref="AccessGroupException"/>
    /// <inheritdoc cref="NotFound" path="/param"/>
    public static AccessGroupException AccessGroup(string? element, string message, string? recommendation = null, Exception? innerException = null,
        [CallerMemberName] string id = "") =>
        new(new ErrorText(ToId(id, "AccessGroupFailed"), message, recommendation), innerException) { Element = element };

    /// <inheritdoc cref="AlreadyExistsException"/>
    /// <inheritdoc cref="NotFound" path="/param"/>
    public static AlreadyExistsException AlreadyExists(string? element, string message, string? recommendation = null, Exception? innerException = null,
        [CallerMemberName] string id = "") =>
        new(new ErrorText(ToId(id, "AlreadyExists"), message, recommendation), innerException) { Element = element };

    /// <inheritdoc cref="ArrayUnreachableException"/>
    /// <inheritdoc cref="NotFound" path="/param"/>
    public static ArrayUnreachableException ArrayUnreachable(string? element, string message, string? recommendation = null, Exception? innerException = null,
        [CallerMemberName] string id = "") =>
        new(new ErrorText(ToId(id, "ArrayUnreachable"), message, recommendation), innerException) { Element = element };

    /// <inheritdoc cref="AuthenticationFailedException"/>
    /// <inheritdoc cref="NotFound" path="/param"/>
    public static AuthenticationFailedException AuthenticationFailed(string? element, string message, string? recommendation = null,
        Exception? innerException = null, [CallerMemberName] string id = "") =>
        new(new ErrorText(ToId(id, "AuthenticationFailed"), message, recommendation), innerException) { Element = element };

    /// <inheritdoc cref="DataCorruptException"/>
    /// <inheritdoc cref="NotFound" path="/param"/>
    public static DataCorruptException DataCorrupt(string? element, string message, string? recommendation = null, Exception? innerException = null,
        [CallerMemberName] string id = "") =>
        new(new ErrorText(ToId(id, "DataCorrupt"), message, recommendation), innerException) { Element = element };

    /// <inheritdoc cref="InvalidRequestException"/>
    /// <inheritdoc cref="NotFound" path="/param"/>
    public static InvalidRequestException InvalidRequest(string? element, string message, string? recommendation = null, Exception? innerException = null,
        [CallerMemberName] string id = "") =>
        new(new ErrorText(ToId(id, "InvalidRequest"), message, recommendation), innerException) { Element = element };

    /// <inheritdoc cref="InvalidStorageArrayException"/>
    /// <inheritdoc cref="NotFound" path="/param"/>
    public static InvalidStorageArrayException InvalidStorageArray(string? element, string message, string? recommendation = null,
        Exception? innerException = null, [CallerMemberName] string id = "") =>
        new(new ErrorText(ToId(id, "InvalidStorageArray"), message, recommendation), innerException) { Element = element };

    /// <inheritdoc cref="LimitExceededException"/>
    /// <inheritdoc cref="NotFound" path="/param"/>
    public static LimitExceededException LimitExceeded(string? element, string message, string? recommendation = null, Exception? innerException = null,
        [CallerMemberName] string id = "") =>
        new(new ErrorText(ToId(id, "LimitExceeded"), message, recommendation), innerException) { Element = element };

    /// <inheritdoc cref="NoSuchOperationException"/>
    /// <inheritdoc cref="NotFound" path="/param"/>
    public static NoSuchOperationException NoSuchOperation(string? element, string message, string? recommendation = null, Exception? innerException = null,
        [CallerMemberName] string id = "") =>
        new(new ErrorText(ToId(id, "NoSuchOperation"), message, recommendation), innerException) { Element = element };

    /// <inheritdoc cref="SnapRestoreNotSafeException"/>
    /// <inheritdoc cref="NotFound" path="/param"/>
    public static SnapRestoreNotSafeException SnapRestoreNotSafe(string? element, string message, string? recommendation = null,
        Exception? innerException = null, [CallerMemberName] string id = "") =>
        new(new ErrorText(ToId(id, "SnapRestoreNotSafe"), message, recommendation), innerException) { Element = element };

    /// <inheritdoc cref="StorageElementBusyException"/>
    /// <inheritdoc cref="NotFound" path="/param"/>
    public static StorageElementBusyException StorageElementBusy(string? element, string message, string? recommendation = null,
        Exception? innerException = null, [CallerMemberName] string id = "") =>
        new(new ErrorText(ToId(id, "StorageElementBusy"), message, recommendation), innerException) { Element = element };

    private static string ToId(string caller, string kind) =>
        caller.Length == 0 || caller[0] == '.' || caller.EndsWith(Async, StringComparison.Ordinal) ? kind : caller;
}
