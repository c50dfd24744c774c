using StorageConnect.Plugins.Cinder.Api;
using StorageConnect.Plugins.Cinder.Errors;

namespace StorageConnect.Plugins.Cinder.Operations;

/// <summary>Creates volumes, empty or as copies, and keeps names unique: the service itself takes a name any number of times.</summary>
internal sealed class VolumeCreator(CinderArray array)
{
    private const int LongestName = 255;

    private CinderApi Api => array.Api;

    /// <summary>Creates an empty volume.</summary>
    public async Task<StorageElement> CreateAsync(StorageElement element, bool thin, string? qos, CancellationToken cancellationToken)
    {
        var type = new TypeChoice(await array.GetTypesAsync(cancellationToken)).Select(element.VolumeGroupName, qos);
        if (!thin && (type ?? await Api.TryGetDefaultTypeAsync(cancellationToken)) is { IsThin: true } chosen)
        {
            throw CinderErrors.ThickUnsupported(array.Server, chosen.Name);
        }

        return await BeginAsync(element.Name, Ids.ToGiB(element.SizeBytes), new() { ["volume_type"] = type?.Name }, cancellationToken);
    }

    /// <summary>Creates a copy of a volume.</summary>
    public async Task<StorageElement> CloneAsync(StorageElement source, StorageElement? destination, string? qos, CancellationToken cancellationToken)
    {
        var volume = await array.RequireVolumeAsync(source, cancellationToken);
        return await BeginAsync(
            destination?.Name ?? NewName("clone", volume.DisplayName),
            volume.Size,
            new() { ["source_volid"] = volume.Id, ["volume_type"] = await FindQosAsync(qos, cancellationToken) },
            cancellationToken);
    }

    /// <summary>Creates a copy of a volume as it was at a snapshot.</summary>
    public async Task<StorageElement> CloneAsync(StorageElement source, StorageElement snapshot, StorageElement? destination, string? qos,
        CancellationToken cancellationToken)
    {
        var frozen = await new SnapshotFinder(array).FindMemberAsync(snapshot, source, cancellationToken);
        return await BeginAsync(
            destination?.Name ?? NewName("clone", snapshot.Name),
            frozen.Size,
            new() { ["snapshot_id"] = frozen.Id, ["volume_type"] = await FindQosAsync(qos, cancellationToken) },
            cancellationToken);
    }

    /// <summary>A name that nothing has.</summary>
    public static string NewName(string kind, string source)
    {
        var suffix = $"-{kind}-{Guid.NewGuid():n}"[..(kind.Length + 14)];
        return (source.Length + suffix.Length <= LongestName ? source : source[..(LongestName - suffix.Length)]).Trim() + suffix;
    }

    /// <exception cref="InvalidRequestException">The service would keep another name.</exception>
    /// <exception cref="AlreadyExistsException">It is taken.</exception>
    public async Task DemandFreeAsync(string name, CancellationToken cancellationToken)
    {
        if (name.Length > LongestName || name.Trim() != name || name.Any(char.IsControl))
        {
            throw CinderErrors.NameInvalid(name, name.Length > LongestName ? "it is longer than 255 characters" : "it would lose blanks or control characters");
        }

        var volumes = Api.FindVolumesAsync(name, cancellationToken);
        var snapshots = Api.FindSnapshotsAsync(name, cancellationToken);
        if ((await volumes).Count > 0 || (await snapshots).Count > 0)
        {
            throw CinderErrors.NameTaken(name);
        }
    }

    /// <summary>The type's name, where the quality of service is one; null stays null.</summary>
    private async Task<string?> FindQosAsync(string? qos, CancellationToken cancellationToken) =>
        qos is null ? null : new TypeChoice(await array.GetTypesAsync(cancellationToken)).Select(null, qos)!.Name;

    private async Task<StorageElement> BeginAsync(string name, long size, Dictionary<string, object?> parameters, CancellationToken cancellationToken)
    {
        var map = await array.GetMapAsync(cancellationToken); // before it is made: afterwards nothing but its making may fail

        // One at a time on this machine; what another machine creates at the same moment is noticed after it.
        var (volume, since) = await array.Register.ChangeAsync(
            async _ =>
            {
                await DemandFreeAsync(name, cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                using var committed = new CommittedRequest(cancellationToken);
                return await PostAsync(name, size, parameters, committed.Token);
            },
            cancellationToken);
        Outcome.Begin(volume.Id);
        using var made = new CommittedRequest(cancellationToken);
        try
        {
            await DemandFirstAsync(volume, made.Token);
        }
        catch (StorageConnectException e) when (e is not AlreadyExistsException)
        {
            array.Services.Log.Warning($"Cinder: whether another machine made a volume '{name}' at the same time is not known: {e.Message}");
        }

        var handle = new OperationHandle(OperationKind.Create, volume.Id, size, since);
        return map.ToElement(volume) with { AsyncProgress = -1, AsyncHandle = handle.ToString() };
    }

    private async Task<(Volume Volume, DateTimeOffset? At)> PostAsync(string name, long size, Dictionary<string, object?> parameters,
        CancellationToken cancellationToken)
    {
        var request = Guid.NewGuid().ToString("n");
        var body = new Dictionary<string, object>(parameters.Where(one => one.Value is not null).Select(one => KeyValuePair.Create(one.Key, one.Value!)))
        {
            ["name"] = name,
            ["size"] = size,
            ["metadata"] = new Dictionary<string, string> { [LostAnswer.MarkKey] = request },
        };
        try
        {
            return await Api.CreateVolumeAsync(body, name, cancellationToken);
        }
        catch (ArrayUnreachableException e)
        {
            var lost = await LostAnswer.FindAsync(
                async () => (await Api.FindVolumesAsync(name, cancellationToken))
                    .FirstOrDefault(one => one.Metadata.GetValueOrDefault(LostAnswer.MarkKey) == request),
                cancellationToken);
            return (lost ?? throw CinderErrors.CreationUnknown(name, e), null);
        }
    }

    /// <summary>Where another machine made a volume of that name at the same moment, the older one stays.</summary>
    private async Task DemandFirstAsync(Volume volume, CancellationToken cancellationToken)
    {
        var same = (await Api.FindVolumesAsync(volume.DisplayName, cancellationToken)).OrderBy(one => one.CreatedAt, StringComparer.Ordinal)
            .ThenBy(one => one.Id, StringComparer.Ordinal).ToList();
        if (same.Count < 2 || same[0].Id == volume.Id)
        {
            return;
        }

        var settled = await Polling.UntilAsync(volume.DisplayName, Polling.SynchronousTime, async () =>
        {
            var now = await Api.TryGetVolumeAsync(volume.Id, cancellationToken) ?? volume with { Status = "gone" };
            return (now.Status is "creating" or "downloading" ? null : now, now.Status);
        }, cancellationToken);
        if (settled.Status != "gone")
        {
            await Api.DeleteVolumeAsync(settled, cancellationToken);
        }

        throw CinderErrors.NameTaken(volume.DisplayName);
    }
}
