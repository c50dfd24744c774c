namespace StorageConnect.Engine.Hosts;

/// <summary>What the engine needs of the host it runs on, for plug-ins and for the guide's generic methods.</summary>
public interface IStorageHost : IHostServices
{
    /// <summary>The paths on this host of an element, also of one whose identity belongs to its presentation; empty when it has no device here.</summary>
    /// <param name="element">The element.</param>
    ValueList<string> FindDevicePaths(StorageElement element) => element.Page83Id.Length == 0 ? [] : FindDevicePaths(element.Page83Id);

    /// <summary>The guide's generic discover: the targets that the server's access contexts offer this host (SendTargets).</summary>
    /// <param name="server">
    /// Discovery at each of its access contexts, through the context's network device or each of the server's. Only targets reachable through them are found.
    /// </param>
    /// <param name="report">
    /// Receives an error for each access context that gave no answer, and for each reported target that this host can't use. The targets that the server's
    /// record has at contexts without an answer are in the result, too.
    /// </param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="ArrayUnreachableException">None of them answers.</exception>
    Task<IReadOnlyList<IscsiTarget>> DiscoverTargetsAsync(StorageServer server, Action<StorageConnectException> report, CancellationToken cancellationToken);

    /// <summary>
    /// The guide's generic start: logs this host in to targets, and scans for their LUNs, also through sessions that exist already. From then on the sessions
    /// are the caller's: a detach doesn't log out of them.
    /// </summary>
    /// <param name="server">All its access contexts, and as its <see cref="StorageServer.IscsiTargets"/> those to log in to.</param>
    /// <param name="contexts">The access contexts to log in with: targets at others are left alone.</param>
    /// <param name="warn">Receives a warning for each portal that can't be used, of a target that this host is logged in to through another one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task StartTargetsAsync(StorageServer server, IReadOnlyList<AccessContext> contexts, Action<string> warn, CancellationToken cancellationToken);

    /// <summary>The guide's generic stop: tears down what is built on the targets' LUNs, and logs this host out.</summary>
    /// <param name="server">As for <see cref="StartTargetsAsync"/>.</param>
    /// <param name="contexts">The access contexts to log out: sessions through others are left alone.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="StorageElementBusyException">A device of theirs is in use; the message names by whom. Nothing was changed.</exception>
    Task StopTargetsAsync(StorageServer server, IReadOnlyList<AccessContext> contexts, CancellationToken cancellationToken);

    /// <summary>The guide's generic refresh: has the kernel scan for LUNs of a storage type, and reread the known ones.</summary>
    /// <param name="type">iSCSI or SAN.</param>
    /// <param name="targets">The targets to scan; empty for all.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    Task RescanAsync(StorageType type, IReadOnlyList<IscsiTarget> targets, CancellationToken cancellationToken);

    /// <summary>The checks of a generic start, stop or refresh, without the change (-WhatIf): it claims nothing, and waits for no other work.</summary>
    /// <param name="method">The guide's name of the method.</param>
    /// <param name="server">As for <see cref="StartTargetsAsync"/>.</param>
    /// <param name="contexts">As there.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="StorageConnectException">The error that the change would end with.</exception>
    Task CheckAsync(string method, StorageServer server, IReadOnlyList<AccessContext> contexts, CancellationToken cancellationToken) => Task.CompletedTask;
}
