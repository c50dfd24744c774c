namespace StorageConnect.Engine.Workers;

/// <summary>How the worker of a plug-in is started.</summary>
/// <param name="File">The program, by its full path.</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Folder">Its working directory.</param>
internal sealed record WorkerCommand(string File, IReadOnlyList<string> Arguments, string Folder)
{
    /// <summary>Environment variables besides those that every worker gets.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
