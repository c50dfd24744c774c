namespace StorageConnect;

/// <summary>Whether the array serves an element's data (guide: <c>online()</c>, <c>offline()</c>).</summary>
public enum StorageElementState
{
    /// <summary>Those it is presented to can read and write it.</summary>
    Online,

    /// <summary>Nobody can read or write it; its presentation is kept.</summary>
    Offline,
}
