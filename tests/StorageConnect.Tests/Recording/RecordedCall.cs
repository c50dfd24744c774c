namespace StorageConnect.Tests.Recording;

/// <summary>One call of a plug-in's method, with exactly what it was given.</summary>
/// <param name="Method">The guide's name of the method.</param>
/// <param name="Server">The server's record.</param>
/// <param name="Arguments">Everything else, in order, without the cancellation token.</param>
public sealed record RecordedCall(string Method, StorageServer Server, IReadOnlyList<object?> Arguments)
{
    /// <summary>The argument at a position.</summary>
    public T Argument<T>(int index) => (T)Arguments[index]!;
}
