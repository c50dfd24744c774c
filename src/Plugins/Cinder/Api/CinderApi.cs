using System.Runtime.CompilerServices;
using System.Text.Json;
using StorageConnect.Plugins.Cinder.Http;

namespace StorageConnect.Plugins.Cinder.Api;

/// <summary>The calls of the block storage API that are used, one method each.</summary>
internal sealed class CinderApi(CinderSession session)
{
    private const int PageSize = 1000; // the service's own default limit: more is cut silently

    public CinderSession Session => session;

    /// <exception cref="NotFoundException">It isn't in the project.</exception>
    public Task<Volume> GetVolumeAsync(string id, string? name, CancellationToken cancellationToken) =>
        GetOwnAsync<Volume>($"volumes/{id}", "volume", name, volume => volume.ProjectId, cancellationToken);

    /// <summary>The volume; null when it is gone.</summary>
    public async Task<Volume?> TryGetVolumeAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await GetVolumeAsync(id, id, cancellationToken);
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    /// <summary>All volumes, the oldest first, page by page.</summary>
    /// <param name="filter">A further part of the query, such as <c>status=in-use</c>.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public IAsyncEnumerable<Volume> ListVolumesAsync(string? filter, CancellationToken cancellationToken) =>
        ListAsync<Volume>("volumes/detail", "volumes", filter, volume => volume.Id, cancellationToken);

    /// <summary>The volumes of exactly this name; a database may find others that differ in case alone.</summary>
    public async Task<IReadOnlyList<Volume>> FindVolumesAsync(string name, CancellationToken cancellationToken) =>
    [
        .. (await ListVolumesAsync($"name={Uri.EscapeDataString(name)}", cancellationToken).ToListAsync(cancellationToken)).Where(volume => volume.Name == name)
    ];

    public async Task<(Volume Volume, DateTimeOffset? At)> CreateVolumeAsync(object volume, string name, CancellationToken cancellationToken)
    {
        var answer = await session.SendAsync(HttpMethod.Post, "volumes", new { volume }, name, cancellationToken);
        return (answer.Read<Dictionary<string, Volume>>("the block storage service")["volume"], answer.Date);
    }

    /// <returns>When it was accepted, by the service's clock.</returns>
    public async Task<DateTimeOffset?> DeleteVolumeAsync(Volume volume, CancellationToken cancellationToken) =>
        (await session.SendAsync(HttpMethod.Delete, $"volumes/{volume.Id}", null, volume.DisplayName, cancellationToken)).Date;

    public async Task<DateTimeOffset?> ExtendAsync(Volume volume, long size, CancellationToken cancellationToken) =>
        (await ActAsync(volume, "os-extend", new { new_size = size }, cancellationToken)).Date;

    public async Task<DateTimeOffset?> RevertAsync(Volume volume, string snapshotId, CancellationToken cancellationToken) =>
        (await ActAsync(volume, "revert", new { snapshot_id = snapshotId }, cancellationToken)).Date;

    public async Task<DateTimeOffset?> RetypeAsync(Volume volume, string type, CancellationToken cancellationToken) =>
        (await ActAsync(volume, "os-retype", new { new_type = type, migration_policy = "never" }, cancellationToken)).Date;

    /// <exception cref="NotFoundException">It isn't in the project.</exception>
    public Task<Snapshot> GetSnapshotAsync(string id, string? name, CancellationToken cancellationToken) =>
        GetOwnAsync<Snapshot>($"snapshots/{id}", "snapshot", name, snapshot => snapshot.ProjectId, cancellationToken);

    /// <summary>The snapshot; null when it is gone.</summary>
    public async Task<Snapshot?> TryGetSnapshotAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await GetSnapshotAsync(id, id, cancellationToken);
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    /// <summary>All snapshots, the oldest first, or those of a volume.</summary>
    public ValueTask<List<Snapshot>> ListSnapshotsAsync(string? volumeId, CancellationToken cancellationToken) =>
        ListAsync<Snapshot>("snapshots/detail", "snapshots", volumeId is null ? null : $"volume_id={volumeId}", snapshot => snapshot.Id, cancellationToken)
            .ToListAsync(cancellationToken);

    /// <summary>The snapshots of exactly this name; the members of a group's snapshot have its name.</summary>
    public async Task<IReadOnlyList<Snapshot>> FindSnapshotsAsync(string name, CancellationToken cancellationToken) =>
    [
        .. (await ListAsync<Snapshot>("snapshots/detail", "snapshots", $"name={Uri.EscapeDataString(name)}", snapshot => snapshot.Id, cancellationToken)
            .ToListAsync(cancellationToken)).Where(snapshot => snapshot.Name == name)
    ];

    /// <summary>Begins a snapshot. The volume is available or in use.</summary>
    public async Task<(Snapshot Snapshot, DateTimeOffset? At)> CreateSnapshotAsync(Volume volume, string name, IReadOnlyDictionary<string, string> metadata,
        CancellationToken cancellationToken)
    {
        // Since 3.66 a volume in use needs no "force". Before, the service looks at no status at all where it is given.
        var version = await session.GetVersionAsync(cancellationToken);
        bool? force = string.CompareOrdinal(version, "3.66") < 0 && volume.Status is "in-use" ? true : null;
        var answer = await session.SendAsync(
            HttpMethod.Post, "snapshots", new { snapshot = new { volume_id = volume.Id, name, metadata, force } }, name, cancellationToken);
        return (answer.Read<Dictionary<string, Snapshot>>("the block storage service")["snapshot"], answer.Date);
    }

    /// <returns>When it was accepted, by the service's clock.</returns>
    public async Task<DateTimeOffset?> DeleteSnapshotAsync(Snapshot snapshot, CancellationToken cancellationToken) =>
        (await session.SendAsync(HttpMethod.Delete, $"snapshots/{snapshot.Id}", null, snapshot.DisplayName, cancellationToken)).Date;

    /// <summary>Reserves a volume, without exporting it: from then on there is an id by which the attachment can be taken back.</summary>
    public Task<Attachment> ReserveAsync(Volume volume, CancellationToken cancellationToken) =>
        AttachmentAsync(HttpMethod.Post, "attachments", new { attachment = new { volume_uuid = volume.Id } }, volume.DisplayName, cancellationToken);

    /// <summary>Exports a reserved volume to an initiator.</summary>
    public Task<Attachment> ConnectAsync(string attachmentId, object connector, string name, CancellationToken cancellationToken) =>
        AttachmentAsync(HttpMethod.Put, $"attachments/{attachmentId}", new { attachment = new { connector } }, name, cancellationToken);

    /// <summary>Tells the service that the host uses the volume.</summary>
    public Task CompleteAsync(string attachmentId, string name, CancellationToken cancellationToken) =>
        session.SendAsync(HttpMethod.Post, $"attachments/{attachmentId}/action", new Dictionary<string, object?> { ["os-complete"] = null }, name,
            cancellationToken);

    public Task<Attachment> GetAttachmentAsync(string id, string name, CancellationToken cancellationToken) =>
        AttachmentAsync(HttpMethod.Get, $"attachments/{id}", null, name, cancellationToken);

    /// <summary>The attachment; null when it is gone.</summary>
    public async Task<Attachment?> TryGetAttachmentAsync(string id, string name, CancellationToken cancellationToken)
    {
        try
        {
            return await GetAttachmentAsync(id, name, cancellationToken);
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    public async Task<IReadOnlyList<Attachment>> ListAttachmentsAsync(string volumeId, CancellationToken cancellationToken) =>
        (await session.SendAsync<AttachmentList>(HttpMethod.Get, $"attachments/detail?volume_id={volumeId}", null, volumeId, cancellationToken)).Attachments;

    /// <summary>Ends an attachment and its export. One that is gone is no error.</summary>
    public async Task DetachAsync(string id, string name, CancellationToken cancellationToken)
    {
        try
        {
            await session.SendAsync(HttpMethod.Delete, $"attachments/{id}", null, name, cancellationToken);
        }
        catch (NotFoundException)
        {
            // What was wanted.
        }
    }

    /// <summary>The volume types the user may see. The parameter matters to administrators alone: without it, private types are left out.</summary>
    public async Task<IReadOnlyList<VolumeType>> ListTypesAsync(CancellationToken cancellationToken) =>
        (await session.SendAsync<TypeList>(HttpMethod.Get, "types?is_public=None", null, null, cancellationToken)).VolumeTypes;

    /// <summary>The type of volumes for which none is chosen; null where the service has none.</summary>
    public async Task<VolumeType?> TryGetDefaultTypeAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await GetAsync<VolumeType>("types/default", "volume_type", null, cancellationToken);
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    /// <summary>The qualities of service; null for a user who may not see them.</summary>
    public async Task<IReadOnlyList<QosSpecs>?> TryListQosSpecsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await session.SendAsync<QosSpecsList>(HttpMethod.Get, "qos-specs", null, null, cancellationToken)).QosSpecs;
        }
        catch (AccessDeniedException)
        {
            return null;
        }
    }

    public async Task<Limits> GetLimitsAsync(CancellationToken cancellationToken) =>
        (await session.SendAsync<LimitsEnvelope>(HttpMethod.Get, "limits", null, null, cancellationToken)).Limits.Absolute;

    /// <summary>The pools of all back-ends; null for a user who may not see them.</summary>
    public async Task<IReadOnlyList<Pool>?> TryListPoolsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await session.SendAsync<PoolList>(HttpMethod.Get, "scheduler-stats/get_pools?detail=true", null, null, cancellationToken)).Pools;
        }
        catch (AccessDeniedException)
        {
            return null;
        }
    }

    /// <summary>Why something failed, the newest first.</summary>
    public async Task<IReadOnlyList<Message>> ListMessagesAsync(string resourceId, CancellationToken cancellationToken) =>
        (await session.SendAsync<MessageList>(HttpMethod.Get, $"messages?resource_uuid={resourceId}&sort=created_at:desc", null, resourceId, cancellationToken))
            .Messages;

    public Task<VolumeGroup> GetGroupAsync(string id, CancellationToken cancellationToken) =>
        GetAsync<VolumeGroup>($"groups/{id}?list_volume=true", "group", id, cancellationToken);

    public Task<GroupType> GetGroupTypeAsync(string id, CancellationToken cancellationToken) =>
        GetAsync<GroupType>($"group_types/{id}", "group_type", id, cancellationToken);

    public async Task<GroupSnapshot> CreateGroupSnapshotAsync(string groupId, string name, CancellationToken cancellationToken) =>
        (await session.SendAsync<Dictionary<string, GroupSnapshot>>(HttpMethod.Post, "group_snapshots",
            new { group_snapshot = new { group_id = groupId, name } },
            name, cancellationToken))["group_snapshot"];

    public async Task<GroupSnapshot?> TryGetGroupSnapshotAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await GetOwnAsync<GroupSnapshot>($"group_snapshots/{id}", "group_snapshot", id, snapshot => snapshot.ProjectId, cancellationToken);
        }
        catch (NotFoundException)
        {
            return null;
        }
    }

    /// <returns>When it was accepted, by the service's clock.</returns>
    public async Task<DateTimeOffset?> DeleteGroupSnapshotAsync(string id, string name, CancellationToken cancellationToken) =>
        (await session.SendAsync(HttpMethod.Delete, $"group_snapshots/{id}", null, name, cancellationToken)).Date;

    private Task<ServiceAnswer> ActAsync(Volume volume, string action, object parameters, CancellationToken cancellationToken) =>
        session.SendAsync(HttpMethod.Post, $"volumes/{volume.Id}/action", new Dictionary<string, object> { [action] = parameters }, volume.DisplayName,
            cancellationToken);

    private async Task<Attachment> AttachmentAsync(HttpMethod method, string path, object? body, string name, CancellationToken cancellationToken) =>
        (await session.SendAsync<Dictionary<string, Attachment>>(method, path, body, name, cancellationToken))["attachment"];

    private async Task<T> GetAsync<T>(string path, string envelope, string? name, CancellationToken cancellationToken) =>
        (await session.SendAsync<Dictionary<string, T>>(HttpMethod.Get, path, null, name, cancellationToken)).GetValueOrDefault(envelope)
            ?? throw Errors.AnswerErrors.NoJson("the block storage service", null, isQuestion: true);

    /// <summary>An object of this project. By id, the service also returns objects of other projects to an administrator; its lists don't.</summary>
    private async Task<T> GetOwnAsync<T>(string path, string envelope, string? name, Func<T, string?> project, CancellationToken cancellationToken)
    {
        var found = await GetAsync<T>(path, envelope, name, cancellationToken);
        return project(found) is not { } other || other == (await session.OpenAsync(cancellationToken)).ProjectId
            ? found
            : throw Errors.AnswerErrors.OfOtherProject(name);
    }

    private async IAsyncEnumerable<T> ListAsync<T>(
        string path, string envelope, string? filter, Func<T, string> id, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = $"{path}?limit={PageSize}&sort=created_at:asc,id:asc{(filter is null ? "" : "&" + filter)}";
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var markers = new Stack<string>();
        while (true)
        {
            Dictionary<string, JsonElement> page;
            try
            {
                page = await session.SendAsync<Dictionary<string, JsonElement>>(
                    HttpMethod.Get, markers.TryPeek(out var marker) ? $"{query}&marker={marker}" : query, null, null, cancellationToken);
            }
            catch (NotFoundException) when (markers.Count > 0)
            {
                markers.Pop(); // it was deleted meanwhile: the page begins after the one before it
                continue;
            }

            var items = page[envelope].Deserialize<List<T>>(ServiceAnswer.Json)!;
            foreach (var item in items)
            {
                if (seen.Add(id(item)))
                {
                    markers.Push(id(item));
                    yield return item;
                }
            }

            // Its URL may be one that this host can't reach, so the link is only a sign that there is more.
            if (items.Count == 0 || !page.ContainsKey($"{envelope}_links"))
            {
                yield break;
            }
        }
    }

    private sealed record AttachmentList(IReadOnlyList<Attachment> Attachments);

    private sealed record TypeList(IReadOnlyList<VolumeType> VolumeTypes);

    private sealed record QosSpecsList(IReadOnlyList<QosSpecs> QosSpecs);

    private sealed record PoolList(IReadOnlyList<Pool> Pools);

    private sealed record MessageList(IReadOnlyList<Message> Messages);

    private sealed record LimitsEnvelope(LimitsBody Limits);

    private sealed record LimitsBody
    {
        [System.Text.Json.Serialization.JsonPropertyName("absolute")]
        public Limits Absolute { get; init; } = new();
    }
}
