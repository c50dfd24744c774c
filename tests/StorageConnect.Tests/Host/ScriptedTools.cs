using System.Collections.Concurrent;
using StorageConnect.Host.Tools;

namespace StorageConnect.Tests.Host;

/// <summary>Tools that do what a test says, and write down what they were asked.</summary>
internal sealed class ScriptedTools(Func<ToolCommand, ToolResult> answer) : IToolRunner
{
    private readonly ConcurrentQueue<ToolCommand> _commands = new();

    public IReadOnlyList<ToolCommand> Commands => [.. _commands];

    public static ToolResult Done(string output = "") => new(0, output, "");

    public static ToolResult Exit(int code, string error = "") => new(code, "", error);

    public Task<ToolResult> RunAsync(ToolCommand command, TimeSpan deadline, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _commands.Enqueue(command);
        var result = answer(command);
        cancellationToken.ThrowIfCancellationRequested(); // the tool is killed
        return Task.FromResult(result);
    }
}
