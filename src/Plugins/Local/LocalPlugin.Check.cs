using StorageConnect.Plugins.Local.Operations;

namespace StorageConnect.Plugins.Local;

/// <content>Checks of changes without making them (-WhatIf).</content>
public sealed partial class LocalPlugin
{
    /// <inheritdoc/>
    public Task CheckChangeAsync(StorageServer server, PlannedChange change, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(change);
        return Run(
            server,
            change.Elements is [var first, ..] ? first.Name : null,
            array => ChangeChecks.Run(array, change, cancellationToken),
            cancellationToken);
    }
}
