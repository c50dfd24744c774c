namespace StorageConnect.PluginKit.Locks;

/// <summary>What a caller saw of an element may be old by the time he has its lock.</summary>
public static class MeanwhileGrown
{
    /// <summary>Refuses a growth that would be a shrink by now: another process let the element grow further meanwhile, and nobody allowed to cut that off.</summary>
    /// <param name="element">The record as the caller saw it.</param>
    /// <param name="presentBytes">The size at this moment, in bytes.</param>
    /// <param name="wantedBytes">The size that is wanted, in bytes.</param>
    /// <exception cref="StorageElementBusyException">It would.</exception>
    public static void Check(StorageElement element, long presentBytes, long wantedBytes)
    {
        if (element.SizeBytes > 0 && wantedBytes >= element.SizeBytes && wantedBytes < presentBytes)
        {
            throw PluginError.StorageElementBusy(
                element.Name,
                $"'{element.Name}' has grown from {element.SizeBytes} to {presentBytes} bytes meanwhile: {wantedBytes} bytes would make it smaller.",
                "Look at its size, and repeat the command if that is still wanted.",
                id: "StorageElementChanged");
        }
    }
}
