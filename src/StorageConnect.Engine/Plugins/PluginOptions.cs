namespace StorageConnect.Engine.Plugins;

/// <summary>How a plug-in that is registered is to run.</summary>
/// <param name="Isolated">In processes of its own. Python classes and programs always are.</param>
/// <param name="Interpreter">The program that runs it, by its full path; null for the usual one.</param>
public sealed record PluginOptions(bool Isolated = false, string? Interpreter = null);
