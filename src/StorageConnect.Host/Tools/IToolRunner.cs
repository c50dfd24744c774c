namespace StorageConnect.Host.Tools;

/// <summary>Starts tools. There is one that does; tests put others in its place.</summary>
internal interface IToolRunner
{
    /// <summary>Runs a tool to its end. Its exit code may be any: what it means is for the caller to say.</summary>
    /// <param name="command">What to run.</param>
    /// <param name="deadline">How long it may take; after that it is killed.</param>
    /// <param name="cancellationToken">Kills it.</param>
    /// <exception cref="NotFoundException">The tool isn't installed (<c>ToolNotFound</c>).</exception>
    /// <exception cref="ToolFailedException">It took too long, or wrote too much, and was killed.</exception>
    Task<ToolResult> RunAsync(ToolCommand command, TimeSpan deadline, CancellationToken cancellationToken);
}
