namespace StorageConnect.Host.Tools;

/// <summary>Starts tools. Tests have implementations of their own.</summary>
internal interface IToolRunner
{
    /// <summary>Runs a tool to its end. The caller interprets the exit code.</summary>
    /// <param name="command">What to run.</param>
    /// <param name="deadline">How long it may take; after that it is killed.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <exception cref="NotFoundException">The tool isn't installed (<c>ToolNotFound</c>).</exception>
    /// <exception cref="ToolFailedException">It took too long, or wrote too much, and was killed.</exception>
    Task<ToolResult> RunAsync(ToolCommand command, TimeSpan deadline, CancellationToken cancellationToken);
}
