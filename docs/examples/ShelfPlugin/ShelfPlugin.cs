using System.Runtime.CompilerServices;
using StorageConnect;

namespace Shelf;

/// <summary>Shelf arrays, managed by their REST API.</summary>
[StorageArrayPlugin(
    "Shelf", "Example", "1.0.0-1", "Shelf arrays, by their REST API. AdminHost is its URL, such as https://shelf.example.com.", StorageType.SAN,
    AccessControl = Switches.AccessControl, MaxAccessEntries = MostGroupMembers,
    Resize = Switches.Resize, ResizeIsSync = Ability.Yes,
    Snapshot = Switches.Snapshot, SnapIsSync = Ability.Yes, CustomSnapName = Ability.Yes,
    Clone = Switches.Clone, CloneIsSync = Ability.No, CustomCloneName = Ability.Yes,
    SnapClone = Switches.Clone, SnapCloneIsSync = Ability.No,
    SplitClone = Switches.SplitClone, SplitCloneIsSync = Ability.No, SplitCloneWhileOpen = Ability.Yes,
    RequireStorageName = Ability.No)]
public sealed partial class ShelfPlugin : StorageArrayPlugin
{
    private const int MostGroupMembers = 32;
    private static readonly TimeSpan SystemLifetime = TimeSpan.FromSeconds(5);

    public override async Task ValidateAsync(StorageServer server, CancellationToken cancellationToken)
    {
        if (server.StorageType != StorageType.SAN)
        {
            throw new InvalidStorageArrayException(
                $"A Shelf array is a SAN array, not {server.StorageType}.") { Recommendation = "Register it with -StorageType SAN." };
        }

        if (!Uri.TryCreate(server.AdminHost, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new InvalidStorageArrayException(
                $"'{server.AdminHost}' is no URL at which a Shelf array could answer.") { Recommendation =
                    "Give -AdminHost its URL, such as https://shelf.example.com." };
        }

        if (server.AdminUser is null || server.GetAdminSecret() is null)
        {
            throw new InvalidStorageArrayException("A Shelf array wants a user and a password.") { Recommendation = "Give them with -Credential." };
        }

        await AskSystemAsync(server, cancellationToken);
    }

    public override async Task<Capabilities> GetCapabilitiesAsync(StorageServer server, CancellationToken cancellationToken)
    {
        if (!Cache.TryGet<ShelfSystem>(server.Uuid, "system", out var system))
        {
            system = await AskSystemAsync(server, cancellationToken);
        }

        return new()
        {
            AccessControl = Switches.AccessControl,
            MaxAccessEntries = MostGroupMembers,
            Resize = Switches.Resize,
            ResizeIsSync = Ability.Yes,
            Snapshot = Licensed("snapshot", Switches.Snapshot),
            SnapIsSync = Ability.Yes,
            CustomSnapName = Ability.Yes,
            Clone = Licensed("clone", Switches.Clone),
            CloneIsSync = Ability.No,
            CustomCloneName = Ability.Yes,
            SnapClone = Licensed("clone", Switches.Clone),
            SnapCloneIsSync = Ability.No,
            SplitClone = Licensed("clone", Switches.SplitClone),
            SplitCloneIsSync = Ability.No,
            SplitCloneWhileOpen = Ability.Yes,
            RequireStorageName = Ability.No,
        };

        Ability Licensed(string licence, Ability ability) => system.Licences.Contains(licence) ? ability : Ability.Unsupported;
    }

    public override async Task<StorageServer> GetInfoAsync(StorageServer server, CancellationToken cancellationToken)
    {
        var system = await AskSystemAsync(server, cancellationToken);
        return server with
        {
            Description = $"{system.Model}, firmware {system.Firmware}",
            Status = system.Health,
            VolumeGroups = [.. system.Pools],
            TotalBytes = system.Total,
            UsedBytes = system.Used,
            FreeBytes = system.Free,
            AllocatedBytes = system.Allocated,
        };
    }

    public override async Task<StorageElement> GetInfoAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        ToElement(server, await ShelfApi.GetAsync<ShelfVolume>(server, $"volumes/{element.Uuid}", cancellationToken));

    public override Task<IReadOnlyList<string>> GetStorageNamesAsync(StorageServer server, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>([]);

    public override async IAsyncEnumerable<StorageElement> ListAsync(
        StorageServer server, StorageElementFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var query = filter.Name is null ? "" : $"?name={Uri.EscapeDataString(filter.Name)}";
        foreach (var volume in await ShelfApi.GetAsync<ShelfVolume[]>(server, $"volumes{query}", cancellationToken))
        {
            var element = ToElement(server, volume);
            if (filter.Types.Contains(element.Type))
            {
                yield return element;
            }
        }
    }

    public override async Task<string> GetStatusAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        element is null ? (await AskSystemAsync(server, cancellationToken)).Health : (await GetInfoAsync(server, element, cancellationToken)).Status!;

    public override Task<IReadOnlyList<QosValue>> GetQosListAsync(StorageServer server, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<QosValue>>([]);

    public override Task SetQosAsync(StorageServer server, StorageElement element, string qos, CancellationToken cancellationToken) =>
        throw new NoSuchOperationException("A Shelf array has no qualities of service.");

    private static StorageElement ToElement(StorageServer server, ShelfVolume volume) => new()
    {
        Uuid = volume.Id,
        StorageServerUuid = server.Uuid,
        Name = volume.Name,
        Type = volume.Kind switch { "volume" => StorageElementType.Lun, "clone" => StorageElementType.SnapClone, _ => StorageElementType.Snapshot },
        SizeBytes = volume.Size,
        VolumeGroupName = volume.Pool,
        Page83Id = volume.Wwn is null ? "" : "3" + volume.Wwn.ToLowerInvariant(),
        ThinProvisioned = volume.Thin,
        State = volume.Online ? StorageElementState.Online : StorageElementState.Offline,
        Status = volume.Progress is null ? "healthy" : "being worked on",
        AccessGroupNames = [.. volume.Groups],
        SourceUuids = [.. volume.Sources],
        CreatedAt = volume.Created,
    };

    private async Task<ShelfSystem> AskSystemAsync(StorageServer server, CancellationToken cancellationToken)
    {
        var system = await ShelfApi.GetAsync<ShelfSystem>(server, "system", cancellationToken);
        Cache.Set(server.Uuid, "system", system, SystemLifetime);
        return system;
    }
}
