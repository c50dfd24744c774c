using System.Globalization;

namespace StorageConnect.Linux.Processes;

/// <summary>One run of a process, distinguished from earlier and later processes with the same number.</summary>
/// <param name="Process">The process id.</param>
/// <param name="Text">Process id, start time and boot id, to be kept in records.</param>
public sealed record ProcessIdentity(int Process, string Text)
{
    private const int StartTimeField = 19;

    /// <summary>The identity of a process; null when there is no such process, or it can't be seen.</summary>
    /// <param name="process">The process id.</param>
    public static ProcessIdentity? Of(int process)
    {
        try
        {
            // The name, in parentheses, may contain anything; only numbers follow the last parenthesis. The 22nd field is the start time.
            var status = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            var fields = status[(status.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" || BootId.TryRead() is not { } boot
                ? null
                : new(process, string.Create(CultureInfo.InvariantCulture, $"{process} {fields[StartTimeField]} {boot}"));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>True while the process runs.</summary>
    public bool IsAlive() => Of(Process) == this;
}
