using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>An iSCSI target: by name, at all its portals, or by its record, at one.</summary>
public sealed class IscsiTargetIdentity : RecordIdentity
{
    /// <summary>By name.</summary>
    public IscsiTargetIdentity(string name)
        : base(name)
    {
    }

    /// <summary>By its record.</summary>
    public IscsiTargetIdentity(IscsiTarget target)
        : base(target.TargetName, target.StorageServerUuid) => Portal = target.Portal;

    /// <summary>By a deserialized record.</summary>
    public IscsiTargetIdentity(PSObject target)
        : base(Text(target, nameof(IscsiTarget.TargetName)), Text(target, nameof(IscsiTarget.StorageServerUuid))) =>
        Portal = Text(target, nameof(IscsiTarget.Portal));

    /// <summary>The portal, or null for all of the target's.</summary>
    public string? Portal { get; }

    private static string Text(PSObject target, string property) => Property(target, typeof(IscsiTarget).FullName!, property);
}
