namespace StorageConnect;

/// <content>Work that goes on in the background.</content>
public abstract partial class StorageArrayPlugin
{
    /// <summary>How far an asynchronous operation is. Guide: getAsyncProgress(). REQUIRED IF ASYNC IS SUPPORTED.</summary>
    /// <param name="server">The server it runs on.</param>
    /// <param name="record">The record last returned for the operation, with AsyncProgress and AsyncHandle.</param>
    /// <param name="cancellationToken">Ends the call, not the operation.</param>
    /// <returns>
    /// While it runs, the record with AsyncProgress -1 (unknown) or 0 to 100. From the first one on it has the Uuid, the name and the type of what is made
    /// (of a split, the clone's or a LUN's type), and they don't change. When it is done, the record that a synchronous call would have
    /// returned, with AsyncProgress null. Asked again, that record again. An operation that failed throws.
    /// Errors that tell of the server instead (ArrayUnreachable, AuthenticationFailed, AccessDenied, and those that are Retryable) end no operation: the
    /// engine asks again. NotFound and InvalidStorageArray end it where the server can be validated then.
    /// With a handle that was never given it throws, or tells the element as it is, with AsyncProgress null; it begins nothing.
    /// </returns>
    [Rule(21, "From the first one on, the record of an operation has the Uuid, the name and the type of what is made.", "getAsyncProgress()")]
    [Rule(21, "Of work that was never begun no progress is told: it is an error, or the element as it is.", "getAsyncProgress()")]
    public virtual Task<StorageElement> GetAsyncProgressAsync(StorageServer server, StorageElement record, CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.GetAsyncProgress);

    /// <summary>
    /// The pause between two calls of <see cref="GetAsyncProgressAsync"/>; null leaves it to the engine, which begins at 20 ms and grows to 2 s.
    /// Not in the guide.
    /// </summary>
    public virtual TimeSpan? ProgressInterval => null;

    /// <summary>
    /// Stops an asynchronous operation and takes back what it has half made. Not one of the guide's 42 methods: override it where the array
    /// can do that.
    /// </summary>
    /// <remarks>Once it was stopped, <see cref="GetAsyncProgressAsync"/> throws for it, best with the error id <c>OperationStopped</c>.</remarks>
    /// <param name="server">The server it runs on.</param>
    /// <param name="record">The record last returned for the operation, with AsyncProgress and AsyncHandle.</param>
    /// <param name="cancellationToken">Ends the call; the operation may be stopped all the same.</param>
    /// <returns>True when it was stopped, and nothing of it is left; false when it had ended already.</returns>
    /// <exception cref="NoSuchOperationException">It can't be stopped.</exception>
    public virtual Task<bool> CancelAsync(StorageServer server, StorageElement record, CancellationToken cancellationToken) =>
        throw Unsupported(server, GuideMethod.Cancel);
}
