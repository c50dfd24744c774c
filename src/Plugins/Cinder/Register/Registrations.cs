namespace StorageConnect.Plugins.Cinder.Register;

/// <summary>What a register holds. Immutable: a change is a copy that is written.</summary>
internal sealed record Registrations
{
    public int Version { get; init; } = 1;

    public ValueList<RegisteredGroup> Groups { get; init; } = [];

    public ValueList<Presentation> Presentations { get; init; } = [];

    public RegisteredGroup? FindGroup(string name) => Groups.FirstOrDefault(group => group.Name == name);

    public Presentation? FindPresentation(string volumeId) => Presentations.FirstOrDefault(one => one.VolumeId == volumeId);

    /// <summary>The names of the groups a volume is presented to.</summary>
    public IEnumerable<string> GroupNamesOf(string volumeId) =>
        FindPresentation(volumeId) is { } presentation ? Groups.Where(group => presentation.GroupIds.Contains(group.Id)).Select(group => group.Name) : [];

    /// <summary>A copy with this presentation in place of the volume's former one; without any when it is empty.</summary>
    public Registrations With(Presentation presentation) => this with
    {
        Presentations =
        [
            .. Presentations.Where(one => one.VolumeId != presentation.VolumeId),
            .. presentation.GroupIds.Count > 0 || presentation.Attachments.Count > 0 ? [presentation] : Array.Empty<Presentation>(),
        ],
    };
}

/// <summary>A group of initiators.</summary>
/// <param name="Id">32 hex digits. It stays when the name changes.</param>
/// <param name="Name">Its name.</param>
/// <param name="Entries">The initiators.</param>
internal sealed record RegisteredGroup(string Id, string Name, ValueList<string> Entries)
{
    /// <summary>The name that arrays give the host object they make: what all of them take.</summary>
    public string HostName => $"osc-{Id[..12]}";

    public AccessGroup ToAccessGroup() => new() { Name = Name, Entries = Entries };
}

/// <summary>To whom a volume is presented.</summary>
internal sealed record Presentation(string VolumeId)
{
    public ValueList<string> GroupIds { get; init; } = [];

    /// <summary>One for each initiator.</summary>
    public ValueList<RegisteredAttachment> Attachments { get; init; } = [];

    /// <summary>A copy with this attachment in place of the initiator's former one.</summary>
    public Presentation With(RegisteredAttachment attachment) =>
        this with { Attachments = [.. Attachments.Where(one => one.Initiator != attachment.Initiator), attachment] };

    public Presentation Without(RegisteredAttachment attachment) =>
        this with { Attachments = Attachments.Where(one => one.Initiator != attachment.Initiator).ToValueList() };
}

/// <summary>One attachment of ours.</summary>
/// <param name="Initiator">For whom.</param>
/// <param name="Id">Its id; null from before it is asked for until the service gave one.</param>
/// <param name="HostName">The name of the host that the service was told.</param>
internal sealed record RegisteredAttachment(string Initiator, string? Id, string HostName)
{
    /// <summary>It is exported and the service was told that it is used.</summary>
    public bool IsComplete { get; init; }

    /// <summary>Where the initiator finds the volume; empty where the back-end told no address.</summary>
    public ValueList<TargetAddress> Targets { get; init; } = [];
}

/// <summary>A LUN at a target at a portal.</summary>
internal sealed record TargetAddress(string TargetName, string Portal, int Lun)
{
    public IscsiTarget ToTarget() => new() { TargetName = TargetName, Portal = Portal };
}
