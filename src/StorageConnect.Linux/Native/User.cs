namespace StorageConnect.Linux.Native;

/// <summary>The user this process runs as.</summary>
public static class User
{
    /// <summary>The effective user id; 0 is root.</summary>
    public static uint EffectiveId => Libc.GetEffectiveUserId();
}
