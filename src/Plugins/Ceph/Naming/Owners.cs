using System.Globalization;

namespace StorageConnect.Plugins.Ceph.Naming;

/// <summary>
/// Who works on something, as notes in the cluster tell it: the machine, the process and the time. What a process of this machine left is known
/// at once when it is gone; of other machines' work only the time tells.
/// </summary>
internal static class Owners
{
    private const int MachineDigits = 12;
    private static readonly TimeSpan OthersTimeout = TimeSpan.FromMinutes(15);
    private static readonly Lazy<string> ThisMachine = new(ReadMachine);
    private static readonly Lazy<string> ThisProcess = new(() =>
        $"{ThisMachine.Value}-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}-{StartOf(Environment.ProcessId)}");

    /// <summary>This machine, in a few digits.</summary>
    public static string Machine => ThisMachine.Value;

    /// <summary>This process at this moment.</summary>
    public static string Current => $"{ThisProcess.Value}-{DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)}";

    /// <summary>True when the owner will not go on with the work.</summary>
    /// <param name="owner">What <see cref="Current"/> was.</param>
    public static bool IsGone(string owner)
    {
        var parts = owner.Split('-');
        if (parts.Length != 4
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var process)
            || !long.TryParse(parts[3], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
        {
            return true;
        }

        return parts[0] == Machine
            ? StartOf(process) != parts[2] && !StartedTools.AnyRuns(process) // a program that it started may be at work still
            : DateTimeOffset.UtcNow - DateTimeOffset.FromUnixTimeSeconds(seconds) > OthersTimeout;
    }

    /// <summary>True when this process is the one.</summary>
    public static bool IsThisProcess(string owner) => owner.StartsWith(ThisProcess.Value + "-", StringComparison.Ordinal);

    /// <summary>A few digits for one run of a process; nothing when there is none.</summary>
    private static string StartOf(int process) => ProcessIdentity.Of(process) is { } identity ? ImageNames.Hash(identity.Text)[..8] : "";

    private static string ReadMachine()
    {
        try
        {
            var id = File.ReadAllText("/etc/machine-id").Trim();
            if (id.Length > 0)
            {
                return ImageNames.Hash($"storage-connect/{id}")[..MachineDigits];
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A container may have none.
        }

        return ImageNames.Hash($"storage-connect/{Environment.MachineName}")[..MachineDigits];
    }
}
