namespace StorageConnect.Engine.Workers;

/// <summary>A worker is not usable any more. Callers translate it into an error for users.</summary>
/// <param name="failure">The kind of failure.</param>
/// <param name="message">What happened, to follow "because": <c>it ended with exit code 1</c>.</param>
/// <param name="inner">The cause.</param>
internal sealed class WorkerFailedException(WorkerFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    public WorkerFailure Failure { get; } = failure;
}

/// <summary>The ways in which a worker fails.</summary>
internal enum WorkerFailure
{
    /// <summary>It could not be started, or is of another version.</summary>
    NotStarted,

    /// <summary>It ended, or had to be ended, during a call.</summary>
    Ended,

    /// <summary>It did not answer in time and was killed.</summary>
    TimedOut,
}
