using StorageConnect.Engine.Plugins;

namespace StorageConnect.Engine.Arrays;

/// <content>How many changes at the same time are of use.</content>
public sealed partial class StorageArray
{
    private const int MostConcurrentChanges = 64;

    /// <summary>How many elements may be created, copied or removed at the same time; 1 where the array gains nothing by more.</summary>
    /// <param name="kind">What is done; null for removing.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<int> GetConcurrencyAsync(OscOperationKind? kind, CancellationToken cancellationToken)
    {
        var session = await OpenAsync(cancellationToken);
        var most = Math.Clamp(MostOf(session.Plugin), 1, MostConcurrentChanges);
        if (most == 1 || SyncKeys(kind) is not { Length: > 0 } keys)
        {
            return most;
        }

        // Copies in the background take room and time: the array shall not work on many of them because a user listed many.
        var now = await GetCapabilitiesAsync(session, cancellationToken);
        return keys.All(key => now[key] == Ability.Yes) ? most : 1;
    }

    private static int MostOf(LoadedPlugin plugin)
    {
        try
        {
            return plugin.Instance.ConcurrentChanges;
        }
        catch (Exception e) when (PluginCall.IsFailure(e, CancellationToken.None))
        {
            throw PluginCall.Translate(e, plugin, nameof(StorageArrayPlugin.ConcurrentChanges));
        }
    }

    private static AbilityKey[] SyncKeys(OscOperationKind? kind) => kind switch
    {
        OscOperationKind.Snapshot => [AbilityKey.SnapIsSync],
        OscOperationKind.Clone => [AbilityKey.CloneIsSync, AbilityKey.SnapCloneIsSync],
        _ => [],
    };
}
