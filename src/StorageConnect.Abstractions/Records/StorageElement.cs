namespace StorageConnect;

/// <summary>A LUN, a clone or a snapshot on an array (guide: <c>se_record</c>). Its identity is <see cref="Uuid"/>.</summary>
/// <remarks>
/// Immutable: a plug-in returns a changed copy (<c>element with { … }</c>). It holds plain data alone, so it can be
/// serialized and read again in another process.
/// </remarks>
public sealed record StorageElement : IExtensibleRecord
{
    /// <summary>Identity on its array: 32 lower-case hex digits without dashes. Chosen by the plug-in, never reused.</summary>
    public string Uuid { get; init; } = "";

    /// <summary>The server it is on (guide: <c>ss_uuid</c>).</summary>
    public string StorageServerUuid { get; init; } = "";

    /// <summary>The name of the server it is on. Filled in by the engine.</summary>
    public string StorageServerName { get; init; } = "";

    /// <summary>Its name: 1 to 255 characters, no control characters, unique on its server, case-sensitive.</summary>
    public string Name { get; init; } = "";

    /// <summary>LUN, clone or snapshot (guide: <c>se_type</c>).</summary>
    public StorageElementType Type { get; init; }

    /// <summary>Size in bytes (guide: <c>size</c>).</summary>
    public long SizeBytes { get; init; }

    /// <summary>The volume group, pool or aggregate it is in (guide: <c>vol_group_name</c>).</summary>
    public string? VolumeGroupName { get; init; }

    /// <summary>
    /// The identity that hosts see, as multipath-tools writes it (guide: <c>page83_id</c>): type digit and lower-case
    /// hex, for example <c>3600a09803830…</c>. Required of every LUN and clone. <see cref="StorageConnect.Page83"/> makes it.
    /// </summary>
    public string Page83Id { get; init; } = "";

    /// <summary>The <see cref="QosValue.Value"/> in force, or null where the array has none (guide: <c>qos</c>).</summary>
    public string? Qos { get; init; }

    /// <summary>True when blocks are taken as they are written, false when all are reserved, null when unknown.</summary>
    public bool? ThinProvisioned { get; init; }

    /// <summary>Whether the array serves it.</summary>
    public StorageElementState State { get; init; }

    /// <summary>Its health in the array's own words (guide: <c>getStatus</c>).</summary>
    public string? Status { get; init; }

    /// <summary>The access groups it is presented to (guide: <c>access_grp_names</c>).</summary>
    public ValueList<string> AccessGroupNames { get; init; } = [];

    /// <summary>Paths on this host through which it is read and written; empty until <c>updateSERecords</c> found some.</summary>
    public ValueList<string> DevicePaths { get; init; } = [];

    /// <summary>
    /// The targets and LUN numbers where hosts find it while it is presented; empty where the array doesn't report them: then a host scans
    /// all of the server's targets.
    /// </summary>
    public ValueList<LunAddress> LunAddresses { get; init; } = [];

    /// <summary>
    /// Its sources: the element or the snapshot that a clone was made of; the element of a snapshot; every member of a multi-snapshot. A clone that was split
    /// may keep or lose them.
    /// </summary>
    public ValueList<string> SourceUuids { get; init; } = [];

    /// <summary>
    /// The names of <see cref="SourceUuids"/>, in the same order, as known now; empty where they are not known. A source that is gone has an empty name.
    /// </summary>
    public ValueList<string> SourceNames { get; init; } = [];

    /// <summary>
    /// Of a snapshot of several elements: the size in bytes that each of <see cref="SourceUuids"/> has in it, in the same order; empty where that
    /// is not known. With it a restore of one of them that makes it smaller is noticed.
    /// </summary>
    public ValueList<long> SourceSizes { get; init; } = [];

    /// <summary>Bytes that its data takes on the array, blocks it shares with others included; null when unknown.</summary>
    public long? UsedBytes { get; init; }

    /// <summary>Bytes that would become free if it were removed; null when unknown.</summary>
    public long? UniqueBytes { get; init; }

    /// <summary>The plug-in's own free text (guide: <c>extra_info</c>). No secrets.</summary>
    public string? ExtraInfo { get; init; }

    /// <summary>When it was created; null when the array doesn't report it.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>
    /// Null when the call that returned this record is done; -1 (unknown) or 0 to 100 (percent) while the array still
    /// works on it (guide: <c>async_progress</c>, <c>getAsyncProgress()</c>).
    /// </summary>
    public int? AsyncProgress { get; init; }

    /// <summary>
    /// The plug-in's own note that identifies the running operation, also in another process (guide:
    /// <c>async_handle</c>). No secrets.
    /// </summary>
    public string? AsyncHandle { get; init; }

    /// <summary>Its name: what a user means by it in a text.</summary>
    public override string ToString() => Name;

    UnknownFields? IExtensibleRecord.Unknown { get; set; }
}
