using static StorageConnect.Engine.Errors.ErrorTexts;

namespace StorageConnect.Host.Tools;

/// <summary>Errors about programs of other packages. Each method's name is the id.</summary>
internal static class ToolErrors
{
    public static NotFoundException ToolNotFound(Tool tool) => new(Text([tool.Name, tool.Package])) { Element = tool.Name };

    public static ToolFailedException ToolNotStarted(Tool tool, string file, Exception cause) =>
        new(Text([file, cause.Message, tool.Package]), cause) { Element = tool.Name };

    public static ToolFailedException ToolTimeout(ToolCommand command, TimeSpan deadline) =>
        new(Text([command, deadline.TotalSeconds])) { Element = command.Tool.Name, Retryable = true };

    public static ToolFailedException ToolOutputTooLong(ToolCommand command, int limit) => new(Text([command, limit])) { Element = command.Tool.Name };
}
