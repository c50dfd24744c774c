using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Settings;
using StorageConnect.Host.Attaching;
using StorageConnect.Host.Devices;
using StorageConnect.Host.Fitness;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Residue;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Targets;
using StorageConnect.Host.Tools;

namespace StorageConnect.Host;

/// <summary>
/// This Linux host: attaches elements as checked devices, detaches, lists and resizes them, finds and clears residue, and serves the engine and
/// the plug-ins.
/// </summary>
/// <remarks>
/// Safe for several threads and processes at once: one works on an element, others wait. A run that was killed is resumed by the next one for
/// the same element: attaching completes it, detaching undoes it. The constructor touches nothing.
/// </remarks>
public sealed partial class StorageHost
{
    private readonly LinuxHost _host;
    private readonly string _sightingsFolder;

    /// <summary>The host this runs on, with the ledger in the user's state folder.</summary>
    /// <param name="stateFolder">The state folder of <see cref="EnginePaths"/>.</param>
    public StorageHost(string stateFolder)
        : this(LinuxHost.Machine(stateFolder), Path.Combine(stateFolder, "host", "residue"))
    {
    }

    internal StorageHost(HostRoots roots, HostDeadlines? deadlines = null)
        : this(LinuxHost.At(roots, deadlines ?? HostDeadlines.Standard, roots.Run))
    {
    }

    internal StorageHost(LinuxHost host, string sightingsFolder = "")
    {
        _host = host;
        _sightingsFolder = sightingsFolder;
    }

    private TargetSessions Targets => new(_host);

    private ResidueAudit Residue => new(_host, _sightingsFolder);

    /// <summary>Attaches an element: presents it to this host, logs in, and returns its device when every path was checked.</summary>
    /// <param name="array">Its array.</param>
    /// <param name="element">The element.</param>
    /// <param name="accessGroups">The groups to present it to; empty = the group that holds this host.</param>
    /// <param name="warn">Receives warnings for the user, on any thread.</param>
    /// <param name="cancellationToken">Ends the call and rolls it back.</param>
    /// <exception cref="StorageConnectException">It failed and was rolled back.</exception>
    public Task<OscDevice> AttachAsync(
        StorageArray array,
        StorageElement element,
        IReadOnlyList<string> accessGroups,
        Action<string> warn,
        CancellationToken cancellationToken) =>
        new ElementAttacher(_host, new ArrayPresenter(array), warn).RunAsync(element, accessGroups, cancellationToken);

    /// <summary>The checks of <see cref="AttachAsync"/> before its first change; it waits for no other run.</summary>
    /// <param name="array">Its array.</param>
    /// <param name="element">The element.</param>
    /// <param name="accessGroups">As there.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="StorageConnectException">The error that attaching would end with.</exception>
    public Task CheckAttachAsync(StorageArray array, StorageElement element, IReadOnlyList<string> accessGroups, CancellationToken cancellationToken) =>
        new ElementAttacher(_host, new ArrayPresenter(array), _ => { }).CheckAsync(element, accessGroups, cancellationToken);

    /// <summary>Detaches an element: refuses while in use, else removes its device, logs out of sessions that carry nothing else, and withdraws it.</summary>
    /// <param name="array">Its array.</param>
    /// <param name="element">The element.</param>
    /// <param name="accessGroups">The groups to withdraw it from; empty = those that hold this host and no other.</param>
    /// <param name="keepAccess">Leave it presented.</param>
    /// <param name="warn">Receives warnings for the user, on any thread.</param>
    /// <param name="cancellationToken">Ends the call between two steps; the next run resumes it.</param>
    /// <exception cref="StorageElementBusyException">It is in use; the message names the user.</exception>
    public Task DetachAsync(
        StorageArray array,
        StorageElement element,
        IReadOnlyList<string> accessGroups,
        bool keepAccess,
        Action<string> warn,
        CancellationToken cancellationToken) =>
        new ElementDetacher(_host, new ArrayPresenter(array), warn).RunAsync(element, accessGroups, keepAccess, cancellationToken);

    /// <summary>The checks of <see cref="DetachAsync"/> before its first change; it claims no device, and waits for no other run.</summary>
    /// <param name="array">Its array.</param>
    /// <param name="element">The element.</param>
    /// <param name="keepAccess">As there.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="StorageConnectException">The error that detaching would end with.</exception>
    public Task CheckDetachAsync(StorageArray array, StorageElement element, bool keepAccess, CancellationToken cancellationToken) =>
        new ElementDetacher(_host, new ArrayPresenter(array), _ => { }).CheckAsync(element, keepAccess, cancellationToken);

    /// <summary>Fails where this process lacks the rights for all of attaching or detaching.</summary>
    /// <param name="what">The operation, as the beginning of a sentence.</param>
    /// <exception cref="NoSuchOperationException">This is not Linux.</exception>
    /// <exception cref="AccessDeniedException">The user isn't root.</exception>
    public void DemandRights(string what) => _host.DemandRights(what);

    /// <summary>The remote LUNs on this host as they are now.</summary>
    public Task<IReadOnlyList<OscDevice>> GetDevicesAsync(CancellationToken cancellationToken) =>
        OperatingSystem.IsLinux() ? new DeviceReader(_host).ReadAllAsync(cancellationToken) : Task.FromResult<IReadOnlyList<OscDevice>>([]);

    /// <summary>True for a device of the element: by its identity, or by this host's records where the identity belongs to the presentation.</summary>
    /// <param name="device">The device, as <see cref="GetDevicesAsync"/> returned it.</param>
    /// <param name="element">The element.</param>
    public static bool IsDeviceOf(OscDevice device, StorageElement element)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(element);
        return device.Wwid == element.Page83Id || (element.Uuid.Length > 0 && device.StorageElementUuid == element.Uuid);
    }

    /// <summary>Fails where an element has no device on this host that could be resized.</summary>
    /// <param name="element">The element.</param>
    /// <exception cref="StorageConnectException">It has none, or one of its paths is not ready.</exception>
    public void CheckResize(StorageElement element) => new ElementResizer(_host).Check(element);

    /// <summary>Resizes an element's device to its size on the array.</summary>
    /// <param name="element">With its size on the array.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="NotFoundException">It has no device on this host.</exception>
    /// <exception cref="StorageElementBusyException">A path is down, or shows another size.</exception>
    public Task<OscDevice> ResizeAsync(StorageElement element, CancellationToken cancellationToken) =>
        new ElementResizer(_host).RunAsync(element, cancellationToken);

    /// <summary>This host's names at arrays.</summary>
    /// <exception cref="AccessDeniedException">This user may not read the initiator's name.</exception>
    public OscInitiator GetInitiator() => HostInitiator.Read(_host.Roots);

    /// <summary>Checks whether this host is ready to use arrays.</summary>
    public Task<IReadOnlyList<OscHostFinding>> CheckAsync(CancellationToken cancellationToken) =>
        new HostCheck(_host, new HostToolRunner(), () => Environment.IsPrivilegedProcess).RunAsync(cancellationToken);

    /// <summary>The residue on this host.</summary>
    /// <param name="arrays">The arrays to compare with.</param>
    /// <param name="warn">Receives a warning for each array that doesn't answer: its LUNs are left out.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<IReadOnlyList<OscHostResidue>> FindResidueAsync(IReadOnlyList<StorageArray> arrays, Action<string> warn, CancellationToken cancellationToken) =>
        Residue.FindAsync(arrays, warn, cancellationToken);

    /// <summary>Clears residue, if it still is. In use it stays, with an error.</summary>
    /// <param name="residue">As <see cref="FindResidueAsync"/> reported it.</param>
    /// <param name="arrays">As there.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False when it is no residue any more, or can't be cleared here.</returns>
    public Task<bool> ClearResidueAsync(OscHostResidue residue, IReadOnlyList<StorageArray> arrays, CancellationToken cancellationToken) =>
        ClearResidueAsync(residue, arrays, TimeSpan.Zero, cancellationToken);

    /// <summary>Clears residue, if it still is and has been there for a while. In use it stays, with an error.</summary>
    /// <param name="residue">As <see cref="FindResidueAsync"/> reported it, at whatever time.</param>
    /// <param name="arrays">As there.</param>
    /// <param name="gracePeriod">How long it must have been there without an end.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>False when it is no residue any more, has not been there for so long, or can't be cleared here.</returns>
    public Task<bool> ClearResidueAsync(
        OscHostResidue residue, IReadOnlyList<StorageArray> arrays, TimeSpan gracePeriod, CancellationToken cancellationToken) =>
        Residue.ClearAsync(residue, arrays, gracePeriod, cancellationToken);
}
