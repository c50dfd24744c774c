namespace StorageConnect.Host.Multipath;

/// <summary>
/// The errors of multipathd. The class says what kind of trouble it is, as everywhere (no answer, not allowed, in use); the id says that it
/// was multipathd's: <c>MultipathdUnreachable</c> = no usable answer, <c>MultipathdRefused</c> = it answered, and not with <c>ok</c>.
/// </summary>
internal static class MultipathdError
{
    public const string UnreachableId = "MultipathdUnreachable";
    public const string RefusedId = "MultipathdRefused";

    public static ArrayUnreachableException Unreachable(string message, Exception? inner = null, bool retryable = true) => new(message, inner)
    {
        ErrorId = UnreachableId,
        Retryable = retryable,
        Recommendation = "See that multipathd runs and is not stuck (systemctl status multipathd), then repeat; what was done already is found done.",
    };

    public static AccessDeniedException Denied(string message, Exception? inner = null) => new(message, inner)
    {
        ErrorId = RefusedId,
        Recommendation = "Run this as root: multipathd takes changes from root only.",
    };

    /// <summary>What a reply other than <c>ok</c> to the removal of a map means.</summary>
    /// <remarks>
    /// Versions before 0.10 say <c>fail</c> for everything but missing rights and time; with deferred removal on, 0.9 says <c>delayed</c>:
    /// the map goes when its last user does. Both mean a user that the kernel shows nowhere.
    /// </remarks>
    public static StorageConnectException RemovalRefused(string map, string page83Id, string reply)
    {
        var said = $"multipathd does not remove the multipath device {map} ({page83Id}); it said: {reply.ReplaceLineEndings(" ")}.";
        if (reply.Contains("permission deny", StringComparison.Ordinal))
        {
            return Denied(said);
        }

        if (reply.EndsWith("timeout", StringComparison.Ordinal))
        {
            return Unreachable(said);
        }

        return new StorageElementBusyException(said)
        {
            ErrorId = RefusedId,
            Element = page83Id,
            Retryable = true,
            Recommendation = $"Most often a program has it open: see 'fuser -v /dev/mapper/{map}' and multipathd's log, close it, then repeat.",
        };
    }
}
