namespace StorageConnect.Linux.Tools;

/// <summary>A tool gave no usable answer. Callers translate it into an error for users.</summary>
/// <param name="failure">Why.</param>
/// <param name="command">The command.</param>
/// <param name="message">The failure as text.</param>
/// <param name="cause">The system's error, when the tool could not be started.</param>
public sealed class ToolException(ToolFailure failure, ToolCommand command, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Why.</summary>
    public ToolFailure Failure { get; } = failure;

    /// <summary>The command.</summary>
    public ToolCommand Command { get; } = command;
}
