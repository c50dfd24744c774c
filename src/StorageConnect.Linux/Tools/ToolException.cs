namespace StorageConnect.Linux.Tools;

/// <summary>A tool gave no usable answer. Callers translate it into an error for users.</summary>
/// <param name="failure">Why.</param>
/// <param name="command">What was to be run.</param>
/// <param name="message">The failure in words.</param>
/// <param name="cause">The system's error, when the tool could not be started.</param>
public sealed class ToolException(ToolFailure failure, ToolCommand command, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Why.</summary>
    public ToolFailure Failure { get; } = failure;

    /// <summary>What was to be run.</summary>
    public ToolCommand Command { get; } = command;
}
