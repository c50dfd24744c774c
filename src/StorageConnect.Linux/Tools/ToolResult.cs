namespace StorageConnect.Linux.Tools;

/// <summary>How a tool ended.</summary>
/// <param name="ExitCode">Its exit code; 128 and the signal's number for one that a signal ended.</param>
/// <param name="Output">What it wrote to its standard output.</param>
/// <param name="Error">What it wrote to its standard error.</param>
public sealed record ToolResult(int ExitCode, string Output, string Error);
