namespace StorageConnect;

/// <summary>A named list of initiators that elements are presented to (guide: <c>access_grp</c>).</summary>
public sealed record AccessGroup : IExtensibleRecord
{
    /// <summary>Its name: 1 to 255 characters, no control characters, unique on its server (guide: <c>access_grp_name</c>).</summary>
    public string Name { get; init; } = "";

    /// <summary>
    /// Initiators: IQNs for iSCSI, WWNs for SAN (guide: <c>grp_entries</c>). A plug-in answers each in the spelling in which it was given
    /// (<c>50:01:43:80:12:34:56:78</c>), whatever the array makes of it.
    /// </summary>
    public ValueList<string> Entries { get; init; } = [];

    /// <summary>The server it is on. Filled in by the engine.</summary>
    public string StorageServerUuid { get; init; } = "";

    /// <summary>The name of the server it is on. Filled in by the engine.</summary>
    public string StorageServerName { get; init; } = "";

    /// <summary>Its name: what a user means by it in a text.</summary>
    public override string ToString() => Name;

    UnknownFields? IExtensibleRecord.Unknown { get; set; }
}
