namespace StorageConnect;

/// <summary>Whether the array serves an element's data (guide: <c>online()</c>, <c>offline()</c>).</summary>
public enum StorageElementState
{
    /// <summary>The hosts it is presented to can read and write it.</summary>
    Online,

    /// <summary>No host can read or write it; its presentation is kept.</summary>
    Offline,
}
