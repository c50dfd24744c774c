using static StorageConnect.Engine.Errors.ErrorTexts;

namespace StorageConnect.Engine.Errors;

/// <summary>Errors about registered servers and their stored data. Each method's name is the id.</summary>
internal static class ServerErrors
{
    // Without a name: the parameter itself is missing.
    private const string ServerParameter = "StorageServer";

    public static NotFoundException StorageServerNotFound() => new(Text([], "None")) { Element = ServerParameter };

    public static NotFoundException StorageServerNotFound(string server, IReadOnlyCollection<string> registered) =>
        new(Text([server, Quoted(registered)], registered.Count == 0 ? "NoneNamed" : null)) { Element = server };

    public static InvalidRequestException StorageServerNeeded(IEnumerable<string> registered) =>
        new(Text([Quoted(registered)])) { Element = ServerParameter };

    public static InvalidRequestException StorageServerChanged(string name) => new(Text([name])) { Element = name, Retryable = true };

    public static AlreadyExistsException StorageServerExists(string asked, string taken) => new(Text([taken])) { Element = asked };

    public static InvalidStorageArrayException StorageNameUnknown(string name, string server, IReadOnlyCollection<string> names) =>
        new(Text([name, server, Quoted(names)], names.Count == 0 ? "None" : null)) { Element = server };

    public static InvalidStorageArrayException StorageNameMissing(string server) => new(Text([server])) { Element = server };

    public static InvalidStorageArrayException StorageNameNeeded(string server, IEnumerable<string> names) =>
        new(Text([server, Quoted(names)])) { Element = server };

    public static InvalidStorageArrayException StorageTypeUnsupported(string server, StorageType type, PluginDescriptor plugin) =>
        new(Text([plugin.Name, type, plugin.StorageTypes])) { Element = server };

    public static InvalidStorageArrayException OneAccessContextOnly(string server, int given, string plugin, string api, string needed) =>
        new(Text([plugin, api, given, needed])) { Element = server };

    public static InvalidStorageArrayException ArrayChanged(string server, string known, string answered) =>
        new(Text([server, known, answered])) { Element = server };

    public static ArrayUnreachableException ArrayUnreachable(string array, TimeSpan timeout) =>
        new(Text([array, Math.Round(timeout.TotalSeconds)], "Validate")) { Element = array, Retryable = true };

    public static AuthenticationFailedException CredentialNeeded(string missing, string server) => new(Text([missing, server])) { Element = server };

    public static AccessDeniedException CredentialNotSaved(string folder, Exception cause) => new(Text([folder, cause.Message]), cause) { Element = folder };

    public static AccessDeniedException ServerListNotWritable(string path, Exception cause) => new(Text([path, cause.Message]), cause) { Element = path };

    public static AccessDeniedException ServerListNotReadable(string path, Exception cause) => new(Text([path, cause.Message]), cause) { Element = path };

    public static DataCorruptException StorageServerDamaged(string entry, string path, string problem, bool isNamed) =>
        new(Text([entry, path, problem], isNamed ? null : "Nameless")) { Element = entry };

    public static DataCorruptException ServerListCorrupt(string path, string problem, Exception? cause = null) =>
        new(Text([path, problem]), cause) { Element = path };

    // The message of a JSON error may quote the text. Report the position only.
    public static DataCorruptException SavedCredentialUnreadable(string path) => new(Text([path])) { Element = path };
}
