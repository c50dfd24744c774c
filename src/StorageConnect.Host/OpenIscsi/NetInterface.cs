using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Tools;

namespace StorageConnect.Host.OpenIscsi;

/// <summary>The iface record that binds sessions and discoveries to a network device, while it is needed.</summary>
/// <remarks>
/// While such a record exists, a discovery that names none uses all of them. So our discoveries always name one, and our records are deleted with
/// the last session that uses them. The lock keeps a record from being deleted during a discovery or login.
/// </remarks>
internal sealed class NetInterface : IAsyncDisposable
{
    private const string Default = "default";
    private const string Prefix = HostInitiator.OwnInterface;

    private readonly HostLock? _lock;
    private readonly IscsiDatabase? _database;

    private NetInterface(string name, HostLock? taken, IscsiDatabase? database)
    {
        Name = name;
        _lock = taken;
        _database = database;
    }

    /// <summary>The name of the record.</summary>
    public string Name { get; }

    /// <param name="roots">Where the locks are.</param>
    /// <param name="deadlines">How long to wait for them.</param>
    /// <param name="database">open-iscsi's records.</param>
    /// <param name="device">The network device; null for any.</param>
    /// <param name="initiator">The initiator: an administrator's iface record is used as it is, with the network device that it names.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<NetInterface> TakeAsync(HostRoots roots, HostDeadlines deadlines, IscsiDatabase database, string? device,
        InitiatorIdentity? initiator, CancellationToken cancellationToken)
    {
        if (initiator?.InterfaceName is { } named)
        {
            return new(named, null, null);
        }

        if (device is null)
        {
            return new(Default, null, null);
        }

        var name = Prefix + device;
        var taken = await HostLock.TakeAsync(roots, LockOf(name), deadlines.IscsiLock, cancellationToken);
        try
        {
            await database.PutInterfaceAsync(name, () => RecordBuilder.Interface(name, device), cancellationToken);
            return new(name, taken, database);
        }
        catch
        {
            taken.Dispose();
            throw;
        }
    }

    /// <summary>Deletes the record when no session's record names it any more. If it is in use at this moment, its last user deletes it.</summary>
    public static async Task ForgetAsync(HostRoots roots, IscsiDatabase database, string name, CancellationToken cancellationToken)
    {
        if (name.StartsWith(Prefix, StringComparison.Ordinal) && HostLock.TryTake(roots, LockOf(name)) is { } taken)
        {
            using (taken)
            {
                await database.ForgetInterfaceAsync(name, cancellationToken);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_lock is not null)
        {
            using (_lock)
            {
                await _database!.ForgetInterfaceAsync(Name, CancellationToken.None);
            }
        }
    }

    private static string LockOf(string name) => $"iSCSI interface {name}";
}
