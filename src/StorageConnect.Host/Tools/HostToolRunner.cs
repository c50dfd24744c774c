namespace StorageConnect.Host.Tools;

/// <summary>Starts tools on this machine, and translates their failures into errors for users.</summary>
internal sealed class HostToolRunner : IToolRunner
{
    /// <summary>Starts the processes.</summary>
    public ToolRunner Runner { get; init; } = new();

    /// <inheritdoc/>
    public async Task<ToolResult> RunAsync(ToolCommand command, TimeSpan deadline, CancellationToken cancellationToken)
    {
        try
        {
            return await Runner.RunAsync(command, deadline, cancellationToken);
        }
        catch (ToolException e)
        {
            throw e.Failure switch
            {
                ToolFailure.NotFound => ToolErrors.ToolNotFound(command.Tool),
                ToolFailure.NotStarted => ToolErrors.ToolNotStarted(command.Tool, Runner.Find(command.Tool) ?? command.Tool.Name, e.InnerException!),
                ToolFailure.TimedOut => ToolErrors.ToolTimeout(command, deadline),
                _ => ToolErrors.ToolOutputTooLong(command, Runner.OutputLimit),
            };
        }
    }
}
