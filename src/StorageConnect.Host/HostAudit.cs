using StorageConnect.Host.Storage;

namespace StorageConnect.Host;

/// <summary>What there is to know about this host before and after it uses an array.</summary>
/// <remarks>Making one touches nothing. Safe for several threads.</remarks>
public sealed class HostAudit
{
    private readonly LinuxHost _host;

    /// <summary>The host this runs on.</summary>
    /// <param name="stateFolder">The state folder of the engine's paths.</param>
    public HostAudit(string stateFolder)
        : this(LinuxHost.Machine(stateFolder))
    {
    }

    internal HostAudit(LinuxHost host) => _host = host;

    /// <summary>Who this host is to arrays.</summary>
    /// <exception cref="AccessDeniedException">This user may not read the initiator's name.</exception>
    public OscInitiator GetInitiator() => HostInitiator.Read(_host.Roots);
}
