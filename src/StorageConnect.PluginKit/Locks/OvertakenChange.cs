namespace StorageConnect.PluginKit.Locks;

/// <summary>
/// Whether an element may become smaller is decided by the caller's record, before the element's lock is taken. Another process may let it grow until then.
/// </summary>
public static class OvertakenChange
{
    /// <summary>Refuses a growth that would be a shrink by now, and cut off what another process added.</summary>
    /// <param name="element">The record that the caller decided by; a size of 0 says nothing.</param>
    /// <param name="presentBytes">The size now, in bytes.</param>
    /// <param name="wantedBytes">The size that the caller wants, in bytes.</param>
    /// <param name="grantedBytes">The size that the element gets for it, in bytes.</param>
    /// <exception cref="StorageElementBusyException">It would.</exception>
    public static void Check(StorageElement element, long presentBytes, long wantedBytes, long grantedBytes)
    {
        if (grantedBytes < presentBytes && element.SizeBytes > 0 && wantedBytes >= element.SizeBytes)
        {
            throw Error(element.Name, presentBytes, grantedBytes);
        }
    }

    /// <summary>The error of a change that was approved for a smaller size than the element has now.</summary>
    /// <param name="name">The element's name.</param>
    /// <param name="presentBytes">The size now, in bytes.</param>
    /// <param name="newBytes">The size after the change, in bytes.</param>
    public static StorageElementBusyException Error(string name, long presentBytes, long newBytes) => new(FormattableString.Invariant(
        $"'{name}' changed meanwhile: another operation enlarged it to {presentBytes} bytes, and this one would make it smaller ({newBytes} bytes)."))
    {
        ErrorId = "StorageElementChanged",
        Element = name,
        Retryable = true,
        Recommendation = "Read the element again. If it is to become smaller, repeat the command with -Force.",
    };
}
