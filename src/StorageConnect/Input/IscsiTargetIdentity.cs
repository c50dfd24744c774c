using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>An iSCSI target: by name, at all its portals, or by its record, at one.</summary>
public sealed class IscsiTargetIdentity : RecordIdentity, IRecordIdentity<IscsiTargetIdentity>
{
    /// <summary>By name.</summary>
    public IscsiTargetIdentity(string name)
        : base(name) => IsText = true;

    /// <summary>By its record.</summary>
    public IscsiTargetIdentity(IscsiTarget target)
        : this(target.TargetName, target.StorageServerUuid, target.Portal)
    {
    }

    /// <summary>By a deserialized record or a row.</summary>
    public IscsiTargetIdentity(PSObject target)
        : this(FromRow<IscsiTargetIdentity>(target))
    {
    }

    private IscsiTargetIdentity(IscsiTargetIdentity other)
        : base(other.Key, other.Server) => (Portal, IsText) = (other.Portal, other.IsText);

    private IscsiTargetIdentity(string name, string? server, string? portal)
        : base(name, server) => Portal = portal;

    /// <inheritdoc/>
    static string IRecordIdentity<IscsiTargetIdentity>.Wanted => "an iSCSI target: its record (Find-OscTarget) or its name";

    /// <summary>The portal, or null for all of the target's.</summary>
    public string? Portal { get; }

    static IscsiTargetIdentity? IRecordIdentity<IscsiTargetIdentity>.From(GivenObject given) => given switch
    {
        { Text: { } text } => new(text),
        { RecordType: nameof(IscsiTarget) } when given[nameof(IscsiTarget.TargetName)] is { } name && given.Server is { } server =>
            new(name, server, given[nameof(IscsiTarget.Portal)]),
        _ => null,
    };
}
