using System.Collections.Concurrent;
using StorageConnect.Plugins.Local.Configuration;
using StorageConnect.Plugins.Local.Errors;
using StorageConnect.Plugins.Local.Operations;

namespace StorageConnect.Plugins.Local;

/// <summary>The embedded default: a storage array on this machine's own disks. A folder is a pool, a file is a volume, a database has the state.</summary>
/// <remarks>This class maps the guide's methods to <c>Operations</c>; file systems are in <c>Pools</c>, the database in <c>Catalog</c>.</remarks>
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
public sealed partial class LocalPlugin : StorageArrayPlugin, IChangeCheck, IDisposable
{
    // On a full file system, each with the reserve and with what removals have freed meanwhile.
    private const int FreeingRetries = 3;

    private readonly ConcurrentDictionary<string, Lazy<LocalArray>> _arrays = new(StringComparer.Ordinal);

    // The pool that each server was last used with.
    private readonly ConcurrentDictionary<string, string> _pools = new(StringComparer.Ordinal);

    public LocalPlugin() => AppDomain.CurrentDomain.ProcessExit += OnProcessExit;

    /// <summary>Concurrent changes share syncs of folders and commits.</summary>
    public override int ConcurrentChanges => 32;

    /// <summary>Closes all pools. Copies stop at their position, and continue in the next process that checks.</summary>
    public void Dispose()
    {
        AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;
        foreach (var folder in _arrays.Keys)
        {
            Close(folder);
        }
    }

    /// <summary>Stops a background copy, in this process or another; its partial result is removed on return.</summary>
    /// <param name="server">The server it runs on.</param>
    /// <param name="record">The record with AsyncHandle, as for getAsyncProgress.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when it had ended already.</returns>
    public override Task<bool> CancelAsync(StorageServer server, StorageElement record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(record);
        return RunFreeing(server, record.Name,
            array => record.AsyncHandle is { } job ? array.Jobs.CancelAsync(job, cancellationToken) : Task.FromResult(false), cancellationToken);
    }

    /// <summary>
    /// A script ends before connections become idle. The last process that closes a database completes its file, so that the folder is a valid backup.
    /// </summary>
    private void OnProcessExit(object? sender, EventArgs e)
    {
        foreach (var array in _arrays.Values.Where(array => array.IsValueCreated))
        {
            array.Value.Database.Dispose();
        }
    }

    /// <summary>Works on a pool's copies until none is left.</summary>
    internal Task KeepWorkingAsync(string folder, CancellationToken cancellationToken) => Run(
        new() { Name = folder, StorageType = StorageType.SAN, ExtraInfo = $"Pool={folder}" },
        null,
        array => array.Jobs.KeepWorking(cancellationToken),
        cancellationToken);

    /// <summary>The server's pool, opened.</summary>
    /// <param name="server">The server.</param>
    /// <param name="request">The server's request; only validate has one.</param>
    private LocalArray Open(StorageServer server, PoolRequest? request)
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
            // It was unmounted, removed or replaced meanwhile.
            Close(folder);
        }

        var isOpen = _arrays.ContainsKey(folder);
        var array = _arrays.GetOrAdd(folder, path => new(() => LocalArray.Open(new(path), request, typeof(PoolKeeper))));
        try
        {
            if (isOpen && request is not null)
            {
                array.Value.CheckSeat(request);
            }

            // A server uses only the pool that it was validated with.
            var expected = request is null ? server.ArrayId ?? _pools.GetValueOrDefault(server.Uuid) : null;
            if (expected is not null && expected != array.Value.Uuid)
            {
                throw SeatCheck.Changed(array.Value.Folder, server);
            }

            if (!isOpen && array.Value.Notice is { } notice)
            {
                Services.Log.Warning($"{notice}; it is used as the pool it was.");
            }

            _pools[server.Uuid] = array.Value.Uuid;
            return array.Value;
        }
        catch
        {
            // A failed open is retried at the next use.
            if (!array.IsValueCreated)
            {
                _arrays.TryRemove(new(folder, array));
            }

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

    /// <summary>Runs blocking work on another thread, and translates its errors.</summary>
    private Task<T> Run<T>(StorageServer server, string? element, Func<LocalArray, T> work, CancellationToken cancellationToken, PoolRequest? request = null) =>
        RunAsync(server, element, array => Task.FromResult(work(array)), cancellationToken, request);

    /// <summary>
    /// As <see cref="Run{T}"/>, for work that frees space or must be possible without any: on a full file system it uses the reserve. Several that
    /// find no space at the same time are retried one after another: the space that one frees, and the reserve, are then available to the next.
    /// Others that have just begun may use it first, so that one retry may not be enough.
    /// </summary>
    private Task<T> RunFreeing<T>(StorageServer server, string? element, Func<LocalArray, Task<T>> work, CancellationToken cancellationToken) => RunAsync(
        server,
        element,
        async array =>
        {
            try
            {
                return await work(array);
            }
            catch (Exception e) when (ErrorMapping.IsOutOfSpace(e))
            {
                await array.FreeingTurn.WaitAsync(cancellationToken);
                try
                {
                    for (var left = FreeingRetries; ; left--)
                    {
                        array.Reserve.Release();
                        try
                        {
                            return await work(array);
                        }
                        catch (Exception again) when (left > 1 && ErrorMapping.IsOutOfSpace(again))
                        {
                        }
                    }
                }
                finally
                {
                    array.FreeingTurn.Release();
                }
            }
            finally
            {
                // Not while another one needs what it has released.
                if (array.FreeingTurn.Wait(0, CancellationToken.None))
                {
                    array.Reserve.Keep();
                    array.FreeingTurn.Release();
                }
            }
        },
        cancellationToken);

    private Task<bool> RunFreeing(StorageServer server, string? element, Func<LocalArray, Task> work, CancellationToken cancellationToken) => RunFreeing(
        server,
        element,
        async array =>
        {
            await work(array);
            return true;
        },
        cancellationToken);

    private Task<bool> RunFreeing(StorageServer server, string? element, Action<LocalArray> work, CancellationToken cancellationToken) => RunFreeing(
        server,
        element,
        array =>
        {
            work(array);
            return Task.FromResult(true);
        },
        cancellationToken);

    private Task<T> RunAsync<T>(StorageServer server, string? element, Func<LocalArray, Task<T>> work, CancellationToken cancellationToken,
        PoolRequest? request = null) => Task.Run(
        async () =>
        {
            try
            {
                var array = Open(server, request);
                if (server.StorageType == StorageType.iSCSI && request is null && !array.IsReadOnly)
                {
                    Recovery.SettleAll(array); // what is settled is served again
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

    private Task<bool> Run(StorageServer server, string? element, Action<LocalArray> work, CancellationToken cancellationToken, PoolRequest? request = null) =>
        Run(
        server,
        element,
        array =>
        {
            work(array);
            return true;
        },
        cancellationToken,
        request);
}
