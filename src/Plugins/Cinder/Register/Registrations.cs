using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace StorageConnect.Plugins.Cinder.Register;

/// <summary>What a register holds. Immutable: a change is a copy that is written.</summary>
internal sealed record Registrations
{
    public int Version { get; init; } = 1;

    /// <summary>The project whose volumes are presented; null in a register of an older version.</summary>
    public string? ProjectId { get; init; }

    public ValueList<RegisteredGroup> Groups { get; init; } = [];

    public ValueList<Presentation> Presentations { get; init; } = [];

    /// <summary>The back-ends that were probed.</summary>
    public ValueList<ProbedBackend> Backends { get; init; } = [];

    /// <summary>The identities that probes read, of back-ends where they stay with the volumes.</summary>
    public ValueList<ProbedIdentity> Identities { get; init; } = [];

    /// <summary>The name of the second volume of a probe, from before it is created until it is gone; else null.</summary>
    public string? ProbeVolume { get; init; }

    public RegisteredGroup? FindGroup(string name) => Groups.FirstOrDefault(group => group.Name == name);

    public Presentation? FindPresentation(string volumeId) => Presentations.FirstOrDefault(one => one.VolumeId == volumeId);

    public ProbedBackend? FindBackend(string name) => Backends.FirstOrDefault(one => one.Name == name);

    /// <summary>A volume's identity as multipath-tools writes it; null while it is not proven.</summary>
    public string? FindIdentity(string volumeId) => Identities.FirstOrDefault(one => one.VolumeId == volumeId)?.Page83Id;

    /// <summary>The groups a volume is presented to: what is half made, or was ended by others, is no presentation.</summary>
    /// <param name="volumeId">The volume.</param>
    /// <param name="attachmentIds">The attachments that the service has.</param>
    public IEnumerable<RegisteredGroup> GroupsOf(string volumeId, IReadOnlySet<string> attachmentIds) =>
        FindPresentation(volumeId) is { } presentation
            ? Groups.Where(group => presentation.GroupIds.Contains(group.Id) && presentation.Reaches(group, attachmentIds))
            : [];

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

/// <summary>What a probe proved of a back-end.</summary>
/// <param name="Name">The back-end, or the volume type where the service does not tell back-ends.</param>
/// <param name="Stays">True where a volume is proven to keep its identity from one export to the next; false where not, which is final.</param>
internal sealed record ProbedBackend(string Name, bool Stays);

/// <summary>The identity of a volume.</summary>
internal sealed record ProbedIdentity(string VolumeId, string Backend, string Page83Id);

/// <summary>A group of initiators.</summary>
/// <param name="Id">32 hex digits. It stays when the name changes.</param>
/// <param name="Name">Its name.</param>
/// <param name="Entries">The initiators.</param>
internal sealed record RegisteredGroup(string Id, string Name, ValueList<string> Entries)
{
    public AccessGroup ToAccessGroup() => new() { Name = Name, Entries = Entries };
}

/// <summary>To whom a volume is presented.</summary>
internal sealed record Presentation(string VolumeId)
{
    public ValueList<string> GroupIds { get; init; } = [];

    /// <summary>One for each initiator.</summary>
    public ValueList<RegisteredAttachment> Attachments { get; init; } = [];

    /// <summary>True where the service has an attachment for one of a group's initiators; a group without any needs none.</summary>
    public bool Reaches(RegisteredGroup group, IReadOnlySet<string> attachmentIds) => group.Entries.Count == 0
        || Attachments.Any(one => one.IsAmong(attachmentIds) && group.Entries.Contains(one.Initiator, StringComparer.OrdinalIgnoreCase));

    /// <summary>A copy with this attachment in place of the initiator's former one.</summary>
    public Presentation With(RegisteredAttachment attachment) =>
        this with { Attachments = [.. Without(attachment).Attachments, attachment] };

    public Presentation Without(RegisteredAttachment attachment) =>
        this with { Attachments = Attachments.Where(one => !one.IsFor(attachment.Initiator)).ToValueList() };

    public RegisteredAttachment? Find(string initiator) => Attachments.FirstOrDefault(one => one.IsFor(initiator));
}

/// <summary>One attachment of ours.</summary>
/// <param name="Initiator">For whom.</param>
/// <param name="Id">Its id; null from before it is asked for until the service gave one.</param>
/// <param name="HostName">The name of the host that the service was told.</param>
internal sealed record RegisteredAttachment(string Initiator, string? Id, string HostName)
{
    private const int HostNameDigits = 12;
    private const string HostNamePrefix = "osc-";
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <summary>When the reservation was asked for; null in a register of an older version.</summary>
    public DateTimeOffset? AskedAt { get; init; }

    /// <summary>When the export was asked for, while it is not known whether it is made; else null.</summary>
    public DateTimeOffset? ConnectingAt { get; init; }

    /// <summary>A reservation that may be this one, whose id never came; another machine's looks the same for as long as it is being exported.</summary>
    public string? SeenId { get; init; }

    /// <summary>When that reservation was first seen.</summary>
    public DateTimeOffset? SeenAt { get; init; }

    /// <summary>It is exported and the service was told that it is used.</summary>
    public bool IsComplete { get; init; }

    /// <summary>True when it was completed, and the service still has it.</summary>
    public bool IsAmong(IReadOnlySet<string> attachmentIds) => IsComplete && attachmentIds.Contains(Id!);

    /// <summary>
    /// The name that arrays give the host object they make: what all of them take. Drivers keep a host's access as long as any attachment has its
    /// name, so two initiators never share one.
    /// </summary>
    public static string HostNameOf(string initiator) =>
        $"{HostNamePrefix}{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(initiator.ToLowerInvariant())))[..HostNameDigits]}";

    /// <summary>True for a name of this form, which any machine with StorageConnect gives.</summary>
    public static bool IsHostName(string name) => name.Length == HostNamePrefix.Length + HostNameDigits
        && name.StartsWith(HostNamePrefix, StringComparison.Ordinal) && !name.AsSpan(HostNamePrefix.Length).ContainsAnyExcept(HexDigits);

    public bool IsFor(string initiator) => string.Equals(Initiator, initiator, StringComparison.OrdinalIgnoreCase);

    /// <summary>Where the initiator finds the volume; empty where the back-end told no address.</summary>
    public ValueList<TargetAddress> Targets { get; init; } = [];
}

/// <summary>A LUN at a target at a portal.</summary>
internal sealed record TargetAddress(string TargetName, string Portal, int Lun)
{
    public IscsiTarget ToTarget() => new() { TargetName = TargetName, Portal = Portal };
}
