using System.Globalization;
using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests;

/// <summary>The variables that say where a user's settings, state and plug-ins are. A module session changes them for the whole process.</summary>
internal sealed class UserFolders : IDisposable
{
    private static readonly string[] Variables = ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"];
    private static readonly Dictionary<string, string?> AtStart = Read();
    private readonly Dictionary<string, string?> _before = Read();

    /// <summary>Gives this process folders of its own, until it is disposed of.</summary>
    /// <param name="folder">Where.</param>
    public UserFolders(TemporaryFolder folder)
    {
        foreach (var variable in Variables)
        {
            Environment.SetEnvironmentVariable(variable, folder[variable.ToLower(CultureInfo.InvariantCulture)]);
        }
    }

    /// <summary>Gives a process to be started one folder for all of them.</summary>
    /// <param name="environment">The process's variables.</param>
    /// <param name="folder">The folder.</param>
    public static void Set(IDictionary<string, string?> environment, string folder)
    {
        foreach (var variable in Variables)
        {
            environment[variable] = folder;
        }
    }

    /// <summary>Gives a process to be started the folders that this one began with: those of a session are gone with it.</summary>
    /// <param name="environment">The process's variables.</param>
    public static void Restore(IDictionary<string, string?> environment)
    {
        foreach (var (variable, value) in AtStart)
        {
            environment.Remove(variable);
            if (value is not null)
            {
                environment[variable] = value;
            }
        }
    }

    public void Dispose()
    {
        foreach (var (variable, value) in _before)
        {
            Environment.SetEnvironmentVariable(variable, value);
        }
    }

    private static Dictionary<string, string?> Read() => Variables.ToDictionary(variable => variable, Environment.GetEnvironmentVariable);
}
