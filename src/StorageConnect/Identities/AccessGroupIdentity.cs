using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>An access group: by name, or by its record.</summary>
public sealed class AccessGroupIdentity : RecordIdentity
{
    /// <summary>By name.</summary>
    public AccessGroupIdentity(string name)
        : base(name)
    {
    }

    /// <summary>By its record.</summary>
    public AccessGroupIdentity(AccessGroup group)
        : base(group.Name, group.StorageServerUuid)
    {
    }

    /// <summary>By a deserialized record.</summary>
    public AccessGroupIdentity(PSObject group)
        : base(Text(group, nameof(AccessGroup.Name)), Text(group, nameof(AccessGroup.StorageServerUuid)))
    {
    }

    private static string Text(PSObject group, string property) => Property(group, typeof(AccessGroup).FullName!, property);
}
