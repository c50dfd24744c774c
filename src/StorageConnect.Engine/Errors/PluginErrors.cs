using static StorageConnect.Engine.Errors.ErrorTexts;

namespace StorageConnect.Engine.Errors;

/// <summary>Errors about plug-ins. Each method's name is the id.</summary>
internal static class PluginErrors
{
    private const string Change = "Change";

    public static NotFoundException PluginNotFound(string plugin, IEnumerable<string> all) => new(Text([plugin, Quoted(all)])) { Element = plugin };

    public static NotFoundException PluginNotFound(string plugin, string version) => new(Text([plugin, version], "Version")) { Element = plugin };

    public static NotFoundException PluginNotFound(string server, string className, int major, string found) =>
        new(Text([server, className, major, found], "Server")) { Element = server };

    public static NotFoundException PluginNotFound(string path) => new(Text([path], "Path")) { Element = path };

    public static InvalidStorageArrayException PluginUnusable(string subject, string? problem) => new(Text([subject, problem])) { Element = subject };

    public static InvalidStorageArrayException PluginUnusableAt(string path, string? problem) =>
        new(Text([path, problem], "Path", nameof(PluginUnusable))) { Element = path };

    public static AlreadyExistsException PluginExists(string plugin, string version, string folder) =>
        new(Text([plugin, version, folder])) { Element = plugin };

    public static InvalidRequestException PluginFolderUnfit(string folder, string reason) => new(Text([folder, reason])) { Element = folder };

    public static InvalidRequestException PluginNameAmbiguous(string plugin, IEnumerable<string> classNames) =>
        new(Text([plugin, string.Join(", ", classNames)])) { Element = plugin };

    public static AlreadyExistsException PluginNameTaken(string plugin, string className, string path) =>
        new(Text([plugin, className, path])) { Element = plugin };

    public static AccessDeniedException PluginNotYours(string plugin, string folder) => new(Text([plugin, folder])) { Element = plugin };

    public static AccessDeniedException PluginFolderNotWritable(string plugin, string folder, string userPlugins, Exception cause) =>
        new(Text([plugin, folder, userPlugins, cause.Message]), cause) { Element = plugin };

    public static InvalidRequestException PluginVersionNeeded(string plugin, IEnumerable<string> versions) =>
        new(Text([plugin, string.Join(", ", versions)])) { Element = plugin };

    public static PluginFaultException PluginFailure(PluginDescriptor plugin, string method, string problem, Exception? cause) =>
        new(Text([plugin.Name, plugin.Version, method, problem, plugin.Vendor]), cause) { Element = plugin.Name };

    public static PluginFaultException WorkerNotStarted(PluginDescriptor plugin, Exception cause) =>
        new(Text([plugin.Name, plugin.Version, cause.Message]), cause) { Element = plugin.Name };

    /// <param name="plugin">The plug-in.</param>
    /// <param name="method">The method that was called.</param>
    /// <param name="command">The command that shows what the call may have changed; null for a call that changes nothing.</param>
    /// <param name="cause">How the process ended.</param>
    public static PluginFaultException WorkerEnded(PluginDescriptor plugin, string method, string? command, Exception cause) =>
        new(Text([plugin.Name, plugin.Version, method, cause.Message, plugin.Vendor, command], command is null ? null : Change), cause)
        {
            Element = plugin.Name,
            Retryable = command is null,
        };

    /// <inheritdoc cref="WorkerEnded"/>
    public static PluginFaultException WorkerTimedOut(PluginDescriptor plugin, string method, string? command, Exception cause) =>
        new(Text([plugin.Name, plugin.Version, method, cause.Message, plugin.Vendor, command], command is null ? null : Change), cause)
        {
            Element = plugin.Name,
            Retryable = command is null,
        };
}
