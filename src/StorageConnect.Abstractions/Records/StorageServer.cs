namespace StorageConnect;

/// <summary>An array as the user registered it, with what it last reported (guide: <c>ss_record</c>).</summary>
/// <remarks>
/// Immutable, like every record; its identity is <see cref="Uuid"/>. The administrator's secret is no property: see <see cref="GetAdminSecret"/>.
/// </remarks>
public sealed record StorageServer : IExtensibleRecord
{
    private SecretSlot _adminSecret;

    /// <summary>Identity: 32 lower-case hex digits without dashes, given at registration.</summary>
    public string Uuid { get; init; } = "";

    /// <summary>The user's name for it, unique among the registered servers.</summary>
    public string Name { get; init; } = "";

    /// <summary>The plug-in that serves it, by the name its descriptor gives it.</summary>
    public string PluginName { get; init; } = "";

    /// <summary>The plug-in version it was last validated with, <c>Major.Minor.Patch-Release</c>.</summary>
    public string PluginVersion { get; init; } = "";

    /// <summary>How hosts reach its elements. A plug-in that declares both types reads it at every call.</summary>
    public StorageType StorageType { get; init; }

    /// <summary>The hosts to log in at, one or more (guide: access context). Below API 1.2.9 there is at most one.</summary>
    public ValueList<AccessContext> AccessContexts { get; init; } = [];

    /// <summary>Where the array's management answers: host name, address or URL.</summary>
    public string? AdminHost { get; init; }

    /// <summary>The management user.</summary>
    public string? AdminUser { get; init; }

    /// <summary>Which of the arrays behind a concentrator this is: one of <c>getStorageNames</c>.</summary>
    public string? StorageName { get; init; }

    /// <summary>Names of the volume groups, pools or aggregates in which elements can be created.</summary>
    public ValueList<string> VolumeGroups { get; init; } = [];

    /// <summary>The user's free text for the plug-in (guide: <c>extra_info</c>), such as <c>SSL=yes</c>. No secrets.</summary>
    public string? ExtraInfo { get; init; }

    /// <summary>The network devices that may be used to reach its targets; empty = any (guide: <c>netdevs</c>).</summary>
    public ValueList<string> NetDevices { get; init; } = [];

    /// <summary>True when logging in needs CHAP (guide: <c>chap</c>).</summary>
    public bool Chap { get; init; }

    /// <summary>The plug-in's own note from <c>discover</c> (guide: <c>storage_id</c>). Opaque: only the plug-in changes it.</summary>
    public string? StorageId { get; init; }

    /// <summary>
    /// The array's own identity, such as a serial number or a pool's id: what getInfo told when the server was registered. Null where the array
    /// has none, and while the server is being registered. A plug-in compares it in validate, so that another array at the same address is noticed.
    /// </summary>
    public string? ArrayId { get; init; }

    /// <summary>The targets that <c>discover</c> found (guide: <c>iscsi_storage_targets</c>).</summary>
    public ValueList<IscsiTarget> IscsiTargets { get; init; } = [];

    /// <summary>The access groups last seen on the array (guide: <c>access_grps</c>). Plug-ins return a new list, never change this one.</summary>
    public ValueList<AccessGroup> AccessGroups { get; init; } = [];

    /// <summary>The array's health in its own words (guide: <c>status</c>).</summary>
    public string? Status { get; init; }

    /// <summary>What it is: type, model, firmware (guide: <c>storage_desc</c>).</summary>
    public string? Description { get; init; }

    /// <summary>Capacity in bytes, or null when unknown (guide: <c>total_sz</c>).</summary>
    public long? TotalBytes { get; init; }

    /// <summary>Bytes in use; blocks that several elements share count once. Null when unknown (guide: <c>used_sz</c>).</summary>
    public long? UsedBytes { get; init; }

    /// <summary>Bytes free. Null when unknown (guide: <c>free_sz</c>).</summary>
    public long? FreeBytes { get; init; }

    /// <summary>Sum of the sizes that elements promise, in bytes. Null when unknown (guide: <c>alloc_sz</c>).</summary>
    public long? AllocatedBytes { get; init; }

    /// <summary>
    /// When the array last reported its status, volume groups and capacity to this host; what is shown of them is as of then. Filled in by the engine.
    /// </summary>
    public DateTimeOffset? ReportedAt { get; init; }

    /// <summary>The management user's secret, or null when none was given to this process.</summary>
    /// <remarks>A method, so that nothing that serializes or prints a record's properties can show it.</remarks>
    public Secret? GetAdminSecret() => _adminSecret.Value;

    /// <summary>A copy that carries <paramref name="secret"/> (or none).</summary>
    public StorageServer WithAdminSecret(Secret? secret) => this with { _adminSecret = new(secret) };

    /// <summary>Its name: what a user means by it in a text.</summary>
    public override string ToString() => Name;

    UnknownFields? IExtensibleRecord.Unknown { get; set; }
}
