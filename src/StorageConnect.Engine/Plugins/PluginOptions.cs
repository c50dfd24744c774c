namespace StorageConnect.Engine.Plugins;

/// <summary>How a plug-in that is registered is to run.</summary>
/// <param name="Isolated">In processes of its own. Python classes and programs always are.</param>
/// <param name="Interpreter">The program that runs it, by its full path; null for the usual one.</param>
/// <param name="AllUsers">For all users of this machine, which takes the right to write to /opt.</param>
public sealed record PluginOptions(bool Isolated = false, string? Interpreter = null, bool AllUsers = false);
