using StorageConnect.Linux.Files;

namespace StorageConnect.Engine.Settings;

/// <summary>The engine's folders, from the XDG base directories.</summary>
/// <param name="Config">Registered servers and saved secrets.</param>
/// <param name="State">Operations.</param>
/// <param name="UserPlugins">The user's own plug-ins.</param>
/// <param name="ModulePlugins">The plug-ins that came with the module: trusted as the module itself is.</param>
public sealed record EnginePaths(string Config, string State, string UserPlugins, string ModulePlugins)
{
    private const string Folder = "storage-connect";

    /// <summary>Plug-ins installed for all users of this machine.</summary>
    public string SystemPlugins { get; init; } = "/opt/storage-connect/plugins";

    /// <summary>
    /// True where every plug-in except the module's own runs in processes of its own: a file isolate-plugins exists in /etc/storage-connect, or in the
    /// user's settings. Also where this user may not look for it.
    /// </summary>
    public bool IsolatesPlugins => new[] { "/etc/storage-connect", Config }.Any(folder => MayBeThere(Path.Combine(folder, "isolate-plugins")));

    /// <summary>The folders by the present environment: scripts and tests may change it between two commands.</summary>
    /// <param name="moduleFolder">The folder the module was imported from.</param>
    public static EnginePaths FromEnvironment(string moduleFolder)
    {
        // Not verified: a home that doesn't exist yet must not become the current folder.
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        return new(
            Path.Combine(BaseDirectory("XDG_CONFIG_HOME", home, ".config"), Folder),
            Path.Combine(BaseDirectory("XDG_STATE_HOME", home, ".local/state"), Folder),
            Path.Combine(BaseDirectory("XDG_DATA_HOME", home, ".local/share"), Folder, "plugins"),
            Path.Combine(moduleFolder, "plugins"));
    }

    private static bool MayBeThere(string file)
    {
        try
        {
            return PrivateFile.IsThere(file);
        }
        catch (IOException)
        {
            return true;
        }
    }

    // The XDG specification: a relative path in one of these variables is to be ignored.
    private static string BaseDirectory(string variable, string home, string standard) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } path && Path.IsPathRooted(path) ? path : Path.Combine(home, standard);
}
