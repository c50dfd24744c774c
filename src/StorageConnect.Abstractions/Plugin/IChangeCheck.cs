namespace StorageConnect;

/// <summary>
/// For a plug-in that can tell beforehand why it would refuse a change: implement it beside <see cref="StorageArrayPlugin"/>. It is asked with
/// <c>-WhatIf</c>, after the checks that the engine makes itself. Not in the guide; a plug-in in a process of its own is not asked.
/// </summary>
public interface IChangeCheck
{
    /// <summary>Checks a change without making it.</summary>
    /// <param name="server">A validated server.</param>
    /// <param name="change">The change.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <exception cref="StorageConnectException">The error that the change would end with.</exception>
    Task CheckChangeAsync(StorageServer server, PlannedChange change, CancellationToken cancellationToken);
}
