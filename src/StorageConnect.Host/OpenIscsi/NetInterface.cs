using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Settings;
using StorageConnect.Host.Tools;

namespace StorageConnect.Host.OpenIscsi;

/// <summary>The iface record that binds sessions and discoveries to a network device, while it is needed.</summary>
/// <remarks>
/// While such a record exists, a discovery that names none uses all of them. So our discoveries always name one, and our records are deleted with
/// the last session that uses them. The lock keeps a record from being deleted during a discovery or login: all that use it share the lock, and only the
/// deletion takes it alone.
/// </remarks>
internal sealed class NetInterface : IAsyncDisposable
{
    private const string Default = "default";
    private const string Prefix = HostInitiator.OwnInterface;

    private readonly IDisposable? _use;
    private readonly Func<Task>? _forget;

    private NetInterface(string name, IDisposable? use = null, Func<Task>? forget = null)
    {
        Name = name;
        _use = use;
        _forget = forget;
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
            return new(named);
        }

        if (device is null)
        {
            return new(Default);
        }

        var name = Prefix + device;
        var use = await HostLock.TakeSharedAsync(roots, LockOf(name), deadlines.IscsiLock, cancellationToken);
        try
        {
            await database.PutInterfaceAsync(name, () => RecordBuilder.Interface(name, device), cancellationToken);
            return new(name, use, () => ForgetAsync(roots, database, name, CancellationToken.None));
        }
        catch
        {
            use.Dispose();
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
        _use?.Dispose();
        await (_forget?.Invoke() ?? Task.CompletedTask);
    }

    private static string LockOf(string name) => $"iSCSI interface {name}";
}
