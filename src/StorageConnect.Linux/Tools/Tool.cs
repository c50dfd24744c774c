namespace StorageConnect.Linux.Tools;

/// <summary>A program of another package that this machine may have.</summary>
/// <param name="Name">Its file name.</param>
/// <param name="Package">What to install to get it.</param>
public sealed record Tool(string Name, string Package);
