namespace StorageConnect;

/// <summary>The root of all errors that a plug-in or the engine signals on purpose.</summary>
/// <remarks>
/// A plug-in throws the subclass that fits; anything else it throws is reported as its own fault (rule 5). The message names the thing
/// and the reason; <see cref="Recommendation"/> says what to do. Never put a secret in either.
/// </remarks>
public abstract class StorageConnectException : Exception
{
    /// <summary>An error with what happened and why; <paramref name="errorId"/> names the case for scripts.</summary>
    protected StorageConnectException(string message, string errorId, Exception? innerException = null)
        : base(message, innerException) => ErrorId = errorId;

    internal StorageConnectException(ErrorText text, Exception? innerException)
        : this(text.Message, text.Id, innerException) =>
        (Recommendation, Element, Retryable) = (text.Recommendation, text.Element, text.Retryable);

    /// <summary>A stable name of the case, for scripts: PascalCase, never localized. Plug-ins may set one more specific than the class's.</summary>
    public string ErrorId { get; init; }

    /// <summary>The guide's method that failed, such as <c>createSnap</c>. Filled in by the engine.</summary>
    public string? Method { get; set; }

    /// <summary>The plug-in that failed, with its version, or null when none was asked. Filled in by the engine.</summary>
    public string? Plugin { get; set; }

    /// <summary>The name of the element, group, pool or server it is about.</summary>
    public string? Element { get; init; }

    /// <summary>What blocks the request, each with its kind and name. The engine fills it in where the plug-in leaves it empty.</summary>
    public ValueList<string> Obstacles { get; set; } = [];

    /// <summary>True when the same call may succeed later without anything else being done.</summary>
    public bool Retryable { get; init; }

    /// <summary>What the user can do about it.</summary>
    public string? Recommendation { get; init; }
}
