namespace StorageConnect;

/// <summary>
/// The guide's 16 ability keys. The same record says what a plug-in supports (<see cref="PluginDescriptor.Ability"/>) and what
/// an array can do at this moment (<see cref="StorageArrayPlugin.GetCapabilitiesAsync"/>).
/// </summary>
/// <remarks>
/// Keys of the first kind (Snapshot, Clone, Resize, SplitClone, SnapClone) take Online, Offline, Unsupported, No or Invalid;
/// all others take Yes, No, Unsupported or Invalid. A feature whose licence expired is Unsupported.
/// </remarks>
public sealed class Capabilities : IEquatable<Capabilities>, IExtensibleRecord
{
    /// <summary><see cref="MaxAccessEntries"/> without a limit.</summary>
    public const int Unlimited = -1;

    // No record: a record can't have a member named Clone, and the guide's key has that name.
    private readonly Ability[] _abilities = new Ability[Enum.GetValues<AbilityKey>().Length];

    /// <summary>Every key Invalid, no access entries.</summary>
    public Capabilities()
    {
    }

    /// <summary>A copy, to change in an object initializer.</summary>
    public Capabilities(Capabilities source)
    {
        ArgumentNullException.ThrowIfNull(source);
        source._abilities.CopyTo(_abilities, 0);
        MaxAccessEntries = source.MaxAccessEntries;
        ((IExtensibleRecord)this).Unknown = ((IExtensibleRecord)source).Unknown;
    }

    /// <summary>The values of some keys; the others are Invalid.</summary>
    /// <param name="abilities">Keys with their values.</param>
    /// <param name="maxAccessEntries">See <see cref="MaxAccessEntries"/>.</param>
    public Capabilities(IEnumerable<KeyValuePair<AbilityKey, Ability>> abilities, int maxAccessEntries)
    {
        ArgumentNullException.ThrowIfNull(abilities);
        foreach (var (key, value) in abilities)
        {
            _abilities[(int)key] = value;
        }

        MaxAccessEntries = maxAccessEntries;
    }

    /// <summary>Snapshots can be made: Online, or Offline when only of offline elements (<c>snapshot</c>).</summary>
    public Ability Snapshot
    {
        get => this[AbilityKey.Snapshot];
        init => this[AbilityKey.Snapshot] = value;
    }

    /// <summary>Yes: the user may name a snapshot (<c>custom_snap_name</c>).</summary>
    public Ability CustomSnapName
    {
        get => this[AbilityKey.CustomSnapName];
        init => this[AbilityKey.CustomSnapName] = value;
    }

    /// <summary>Yes: a snapshot is complete when the call returns (<c>snap_is_sync</c>).</summary>
    public Ability SnapIsSync
    {
        get => this[AbilityKey.SnapIsSync];
        init => this[AbilityKey.SnapIsSync] = value;
    }

    /// <summary>Clones can be made directly, without an intermediate snapshot: Online or Offline (<c>clone</c>).</summary>
    public Ability Clone
    {
        get => this[AbilityKey.Clone];
        init => this[AbilityKey.Clone] = value;
    }

    /// <summary>Yes: the user may name a clone (<c>custom_clone_name</c>).</summary>
    public Ability CustomCloneName
    {
        get => this[AbilityKey.CustomCloneName];
        init => this[AbilityKey.CustomCloneName] = value;
    }

    /// <summary>Yes: a clone is complete when the call returns (<c>clone_is_sync</c>).</summary>
    public Ability CloneIsSync
    {
        get => this[AbilityKey.CloneIsSync];
        init => this[AbilityKey.CloneIsSync] = value;
    }

    /// <summary>Elements can be resized: Online or Offline (<c>resize</c>).</summary>
    public Ability Resize
    {
        get => this[AbilityKey.Resize];
        init => this[AbilityKey.Resize] = value;
    }

    /// <summary>Yes: a resize is complete when the call returns (<c>resize_is_sync</c>).</summary>
    public Ability ResizeIsSync
    {
        get => this[AbilityKey.ResizeIsSync];
        init => this[AbilityKey.ResizeIsSync] = value;
    }

    /// <summary>Clones can be split from their source: Online or Offline (<c>splitclone</c>).</summary>
    public Ability SplitClone
    {
        get => this[AbilityKey.SplitClone];
        init => this[AbilityKey.SplitClone] = value;
    }

    /// <summary>Yes: a split is complete when the call returns (<c>splitclone_is_sync</c>).</summary>
    public Ability SplitCloneIsSync
    {
        get => this[AbilityKey.SplitCloneIsSync];
        init => this[AbilityKey.SplitCloneIsSync] = value;
    }

    /// <summary>Yes: a clone may be split while it is open and in use (<c>splitclone_while_open</c>).</summary>
    public Ability SplitCloneWhileOpen
    {
        get => this[AbilityKey.SplitCloneWhileOpen];
        init => this[AbilityKey.SplitCloneWhileOpen] = value;
    }

    /// <summary>Clones can be made of snapshots: Online or Offline (<c>snapclone</c>).</summary>
    public Ability SnapClone
    {
        get => this[AbilityKey.SnapClone];
        init => this[AbilityKey.SnapClone] = value;
    }

    /// <summary>Yes: a clone of a snapshot is complete when the call returns (<c>snapclone_is_sync</c>).</summary>
    public Ability SnapCloneIsSync
    {
        get => this[AbilityKey.SnapCloneIsSync];
        init => this[AbilityKey.SnapCloneIsSync] = value;
    }

    /// <summary>Yes: a storage name must be chosen, the array is behind a concentrator (<c>require_storage_name</c>).</summary>
    public Ability RequireStorageName
    {
        get => this[AbilityKey.RequireStorageName];
        init => this[AbilityKey.RequireStorageName] = value;
    }

    /// <summary>Yes: access groups can be created, changed and removed (<c>access_control</c>).</summary>
    public Ability AccessControl
    {
        get => this[AbilityKey.AccessControl];
        init => this[AbilityKey.AccessControl] = value;
    }

    /// <summary>How many entries one access group can have; -1 = unlimited (<c>max_access_entries</c>).</summary>
    public int MaxAccessEntries { get; init; }

    /// <summary>The value of a key.</summary>
    // Declared after the named properties: PowerShell shows only the type name of an object whose first property is an indexer.
    public Ability this[AbilityKey key]
    {
        get => _abilities[(int)key];
        init => _abilities[(int)key] = value;
    }

    UnknownFields? IExtensibleRecord.Unknown { get; set; }

    /// <inheritdoc/>
    public bool Equals(Capabilities? other) =>
        other is not null
        && MaxAccessEntries == other.MaxAccessEntries
        && _abilities.AsSpan().SequenceEqual(other._abilities)
        && Equals(((IExtensibleRecord)this).Unknown, ((IExtensibleRecord)other).Unknown);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Capabilities);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(MaxAccessEntries);
        foreach (var ability in _abilities)
        {
            hash.Add(ability);
        }

        return hash.ToHashCode();
    }
}
