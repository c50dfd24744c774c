using System.Collections.Concurrent;
using StorageConnect.Plugins.Local.Configuration;
using StorageConnect.Plugins.Local.Errors;

namespace StorageConnect.Plugins.Local;

/// <summary>The embedded default: a storage array on this machine's own disks. A folder is a pool, a file a volume, a database beside them the state.</summary>
/// <remarks>This class is the guide's vocabulary; what is done is in <c>Operations</c>, by what in <c>Pools</c>, with what rows in <c>Catalog</c>.</remarks>
[StorageArrayPlugin(
    "Local",
    "StorageConnect",
    PluginVersion.Text,
    "A storage array on this machine's own disks.",
    StorageType.iSCSI,
    StorageType.SAN,
    RequiredApiVersion = "1.2.9",
    ExtendedApiVersion = "1.2.10",
    StorageServerExtraInfoHelp = PoolAddress.Help,
    Snapshot = Ability.Online,
    CustomSnapName = Ability.Yes,
    SnapIsSync = Ability.No,
    Clone = Ability.Online,
    CustomCloneName = Ability.Yes,
    CloneIsSync = Ability.No,
    Resize = Ability.Online,
    ResizeIsSync = Ability.Yes,
    SplitClone = Ability.Online,
    SplitCloneIsSync = Ability.Yes,
    SplitCloneWhileOpen = Ability.Yes,
    SnapClone = Ability.Online,
    SnapCloneIsSync = Ability.No,
    RequireStorageName = Ability.Yes,
    AccessControl = Ability.Yes,
    MaxAccessEntries = Capabilities.Unlimited)]
public sealed partial class LocalPlugin : StorageArrayPlugin, IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<LocalArray>> _arrays = new(StringComparer.Ordinal);

    /// <summary>Closes all pools. Copies stop where they are, and go on in the next process that looks.</summary>
    public void Dispose()
    {
        foreach (var folder in _arrays.Keys)
        {
            Close(folder);
        }
    }

    /// <summary>Stops a copy that goes on in the background, in this process or another; what it had made is gone on return.</summary>
    /// <param name="server">The server it runs on.</param>
    /// <param name="record">The record with AsyncHandle, as for getAsyncProgress.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when it had ended already.</returns>
    public override Task<bool> CancelAsync(StorageServer server, StorageElement record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(record);
        return Run(server, record.Name, array => record.AsyncHandle is { } job ? array.Jobs.CancelAsync(job, cancellationToken) : Task.FromResult(false), cancellationToken).Unwrap();
    }

    /// <summary>The pool a server means, open.</summary>
    private LocalArray Open(StorageServer server, bool create)
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
        {
            throw new InvalidStorageArrayException("The Local plug-in needs 64-bit Linux: it relies on file system calls that other systems don't have.")
            {
                ErrorId = "PlatformUnsupported",
                Element = server.Name,
                Recommendation = "Register an array that is reached over the network instead.",
            };
        }

        var folder = PoolAddress.Parse(server).PoolFolder(server);
        if (_arrays.TryGetValue(folder, out var known) && known is { IsValueCreated: true } && !known.Value.IsCurrent)
        {
            // Unmounted, removed or replaced since.
            Close(folder);
        }

        if (create)
        {
            new PoolFolder(folder).Check();
        }

        var array = _arrays.GetOrAdd(folder, path => new(() => LocalArray.Open(new(path), create)));
        try
        {
            return array.Value;
        }
        catch
        {
            // What failed may work the next time.
            _arrays.TryRemove(new(folder, array));
            throw;
        }
    }

    private void Close(string folder)
    {
        if (_arrays.TryRemove(folder, out var array) && array.IsValueCreated)
        {
            array.Value.Dispose();
        }
    }

    /// <summary>Does blocking work away from the caller's thread, and translates what it throws.</summary>
    private Task<T> Run<T>(StorageServer server, string? element, Func<LocalArray, T> work, CancellationToken cancellationToken, bool create = false) =>
        RunAsync(server, element, array => Task.FromResult(work(array)), cancellationToken, create);

    private Task<T> RunAsync<T>(StorageServer server, string? element, Func<LocalArray, Task<T>> work, CancellationToken cancellationToken, bool create = false) => Task.Run(
        async () =>
        {
            try
            {
                var array = Open(server, create);
                if (server.StorageType == StorageType.iSCSI && !create)
                {
                    array.Export.Targets.EnsureCurrent(cancellationToken);
                }

                return await work(array);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or Microsoft.Data.Sqlite.SqliteException)
            {
                throw Translate(server, element, e);
            }
        },
        cancellationToken);

    private static Exception Translate(StorageServer server, string? element, Exception e) =>
        ErrorMapping.Translate(e, new(PoolAddress.Parse(server).PoolFolder(server)), element is { Length: > 0 } ? element : null);

    private Task<bool> Run(StorageServer server, string? element, Action<LocalArray> work, CancellationToken cancellationToken, bool create = false) => Run(
        server,
        element,
        array =>
        {
            work(array);
            return true;
        },
        cancellationToken,
        create);
}
