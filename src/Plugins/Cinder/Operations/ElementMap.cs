using StorageConnect.Plugins.Cinder.Api;
using StorageConnect.Plugins.Cinder.Configuration;
using StorageConnect.Plugins.Cinder.Register;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>Volumes and snapshots as records.</summary>
internal sealed class ElementMap(StorageServer server, IdentitySource identity, IReadOnlyList<VolumeType> types, Registrations register, string? initiator)
{
    private readonly Dictionary<string, VolumeType> _types = types.ToDictionary(type => type.Name, StringComparer.Ordinal);

    /// <summary>A copy is a clone that may share blocks with its source: Cinder never tells whether a driver copied everything.</summary>
    public static bool IsClone(Volume volume) => volume.SourceVolid is not null || volume.SnapshotId is not null;

    /// <summary>Whether hosts can read and write it in this status.</summary>
    public static bool IsServed(string status) => status is "available" or "in-use" or "reserved" or "attaching" or "detaching" or "extending"
        or "retyping" or "backing-up" or "awaiting-transfer" or "uploading";

    public StorageElement ToElement(Volume volume)
    {
        var type = _types.GetValueOrDefault(volume.VolumeType ?? "");
        var presentation = register.FindPresentation(volume.Id);
        var attached = volume.AttachmentIds;
        return new()
        {
            Uuid = Ids.ToUuid(volume.Id),
            StorageServerUuid = server.Uuid,
            Name = volume.DisplayName,
            Type = IsClone(volume) ? StorageElementType.SnapClone : StorageElementType.Lun,
            SizeBytes = volume.Size * Ids.GiB,
            VolumeGroupName = type?.Place ?? volume.VolumeType,
            Page83Id = identity.IsProbed ? register.FindIdentity(volume.Id) ?? "" : identity.Read(volume.ProviderId, volume.Metadata),
            Qos = volume.VolumeType,
            ThinProvisioned = type?.IsThin,
            State = IsServed(volume.Status) ? StorageElementState.Online : StorageElementState.Offline,
            Status = volume.Status,
            AccessGroupNames = register.GroupsOf(volume.Id, attached).Select(group => group.Name)
                .Concat(Presenter.OthersOf(volume, register).Select(other => other.Name)).Distinct().ToValueList(),
            LunAddresses = presentation is null ? [] : AddressesOf(presentation, attached),
            SourceUuids = (volume.SnapshotId ?? volume.SourceVolid) is { } source ? [Ids.ToUuid(source)] : [],
            CreatedAt = ApiTime.Parse(volume.CreatedAt),
        };
    }

    /// <summary>Where this host finds it; of a volume that is presented to others alone, where they do.</summary>
    private ValueList<LunAddress> AddressesOf(Presentation presentation, IReadOnlySet<string> attached)
    {
        var complete = presentation.Attachments.Where(one => one.IsAmong(attached)).ToList();
        var own = complete.Where(one => string.Equals(initiator, one.Initiator, StringComparison.OrdinalIgnoreCase)).ToList();
        return (own.Count > 0 ? own : complete).SelectMany(one => one.Targets)
            .Select(target => new LunAddress { TargetName = target.TargetName, Lun = target.Lun })
            .Distinct()
            .ToValueList();
    }

    public StorageElement ToElement(Snapshot snapshot) => new()
    {
        Uuid = Ids.ToUuid(snapshot.Id),
        StorageServerUuid = server.Uuid,
        Name = snapshot.DisplayName,
        Type = StorageElementType.Snapshot,
        SizeBytes = snapshot.Size * Ids.GiB,
        State = StorageElementState.Online,
        Status = snapshot.Status,
        SourceUuids = [Ids.ToUuid(snapshot.VolumeId)],
        CreatedAt = ApiTime.Parse(snapshot.CreatedAt),
    };

    /// <summary>One record for the snapshots that were taken together.</summary>
    public StorageElement ToElement(GroupSnapshot snapshot, IReadOnlyCollection<Snapshot> members) => new()
    {
        Uuid = Ids.ToUuid(snapshot.Id),
        StorageServerUuid = server.Uuid,
        Name = string.IsNullOrEmpty(snapshot.Name) ? $"group-snapshot-{snapshot.Id}" : snapshot.Name,
        Type = StorageElementType.Snapshot,
        SizeBytes = members.Sum(member => member.Size) * Ids.GiB,
        State = StorageElementState.Online,
        Status = snapshot.Status,
        SourceUuids = members.Select(member => Ids.ToUuid(member.VolumeId)).ToValueList(),
        CreatedAt = ApiTime.Parse(snapshot.CreatedAt),
    };
}
