using StorageConnect.Engine.Errors;

namespace StorageConnect.Engine.Results;

/// <summary>Copies errors: with texts that can be displayed, or from their stored form.</summary>
internal static class ErrorRepair
{
    /// <summary>The error itself where all its texts can be displayed; else a copy of the same kind with clean texts and the error as its cause.</summary>
    public static StorageConnectException Clean(StorageConnectException error)
    {
        if (IsClean(error.Message) && IsClean(error.Recommendation) && IsClean(error.Element) && IsClean(error.ErrorId)
            && ResultValidation.AreClean(error.Obstacles))
        {
            return error;
        }

        var copy = Create(
            error.GetType().Name,
            new(UntrustedText.CleanLine(error.ErrorId), UntrustedText.CleanText(error.Message),
                error.Recommendation is { } action ? UntrustedText.CleanText(action) : null)
            {
                Element = error.Element is { } element ? UntrustedText.CleanLine(element) : null,
                Retryable = error.Retryable,
            },
            error);
        copy.Obstacles = error.Obstacles.Select(UntrustedText.CleanLine).ToValueList();
        (copy.Method, copy.Plugin) = (error.Method, error.Plugin);
        return copy;
    }

    /// <summary>An error of the kind with this class name. A plug-in's own class becomes <see cref="OperationFailedException"/>.</summary>
    public static StorageConnectException Create(string kind, ErrorText text, Exception? cause = null) => kind switch
    {
        nameof(AccessDeniedException) => new AccessDeniedException(text, cause),
        nameof(AccessGroupException) => new AccessGroupException(text, cause),
        nameof(AlreadyExistsException) => new AlreadyExistsException(text, cause),
        nameof(ArrayUnreachableException) => new ArrayUnreachableException(text, cause),
        nameof(AuthenticationFailedException) => new AuthenticationFailedException(text, cause),
        nameof(DataCorruptException) => new DataCorruptException(text, cause),
        nameof(InvalidRequestException) => new InvalidRequestException(text, cause),
        nameof(InvalidStorageArrayException) => new InvalidStorageArrayException(text, cause),
        nameof(LimitExceededException) => new LimitExceededException(text, cause),
        nameof(NoSuchOperationException) => new NoSuchOperationException(text, cause),
        nameof(NotFoundException) => new NotFoundException(text, cause),
        nameof(SnapRestoreNotSafeException) => new SnapRestoreNotSafeException(text, cause),
        nameof(StorageElementBusyException) => new StorageElementBusyException(text, cause),
        _ => new OperationFailedException(text, cause),
    };

    private static bool IsClean(string? text) => text is null || ReferenceEquals(UntrustedText.CleanText(text), text);
}
