using System.Globalization;

namespace StorageConnect.Plugins.Local.Export;

/// <summary>One run of a daemon: its process, told from any other that has the same number before or later.</summary>
/// <param name="Process">The process id.</param>
/// <param name="Text">All that tells it apart, as it is kept in the database.</param>
internal sealed record DaemonIdentity(int Process, string Text)
{
    private const string BootId = "/proc/sys/kernel/random/boot_id";
    private const int StartTimeField = 19;

    /// <summary>Null when there is no such process that we can see.</summary>
    public static DaemonIdentity? Of(int process)
    {
        try
        {
            // The name, in parentheses, may hold anything; what follows the last one is numbers. The 22nd field is the start time.
            var status = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            var fields = status[(status.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X"
                ? null
                : new(process, string.Create(CultureInfo.InvariantCulture, $"{process} {fields[StartTimeField]} {File.ReadAllText(BootId).Trim()}"));
        }
        catch (IOException)
        {
            return null;
        }
    }

    public bool IsAlive() => Of(Process) == this;
}
