namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>Cinder's ids are the records' Uuids, with dashes.</summary>
internal static class Ids
{
    public const long GiB = 1L << 30;

    public static string ToUuid(string id) => id.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>Something that is no Uuid comes back as an id that nothing has.</summary>
    public static string ToId(string uuid) => Guid.TryParseExact(uuid, "n", out var id) ? id.ToString("d") : Guid.Empty.ToString("d");

    /// <summary>In GiB, rounded up: Cinder knows no other sizes.</summary>
    public static long ToGiB(long bytes) => (bytes / GiB) + (bytes % GiB == 0 ? 0 : 1);
}
