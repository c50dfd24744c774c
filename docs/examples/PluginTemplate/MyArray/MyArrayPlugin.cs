using System.Runtime.CompilerServices;
using StorageConnect;

namespace MyArray;

/// <summary>
/// MyArray arrays. The array behind it is a folder so far: put your array's API in the place of <see cref="VolumeStore"/>, and your array's own answers into
/// <see cref="ToElement"/>. Then switch on in the descriptor what the array can do, and override the methods for it.
/// </summary>
[StorageArrayPlugin(
    "MyArray", "MyCompany", "1.0.0-1", "MyArray arrays.", StorageType.SAN,
    StorageServerExtraInfoHelp = "The folder that stands for the array, which must be there: Folder=/srv/myarray",
    AccessControl = Ability.No, MaxAccessEntries = 0,
    Resize = Ability.No, ResizeIsSync = Ability.Yes,
    Snapshot = Ability.No, SnapIsSync = Ability.Yes, CustomSnapName = Ability.No,
    Clone = Ability.No, CloneIsSync = Ability.Yes, CustomCloneName = Ability.No,
    SnapClone = Ability.No, SnapCloneIsSync = Ability.Yes,
    SplitClone = Ability.No, SplitCloneIsSync = Ability.Yes, SplitCloneWhileOpen = Ability.No,
    RequireStorageName = Ability.No)]
public sealed class MyArrayPlugin : StorageArrayPlugin
{
    private const string Pool = "pool";
    private const long Capacity = 1L << 40;

    // Called before any other method sees a server: check all that the user entered, and that the array answers.
    public override Task ValidateAsync(StorageServer server, CancellationToken cancellationToken)
    {
        if (server.StorageType != StorageType.SAN)
        {
            throw PluginError.InvalidStorageArray(
                server.Name, $"A MyArray array is a SAN array, not {server.StorageType}.", "Register it with -StorageType SAN.");
        }

        var folder = VolumeStore.FolderOf(server);
        return Directory.Exists(folder)
            ? Task.CompletedTask
            : throw PluginError.InvalidStorageArray(server.Name, $"There is no folder '{folder}'.", "Give -ExtraInfo 'Folder=/srv/myarray'.");
    }

    public override async Task<StorageServer> GetInfoAsync(StorageServer server, CancellationToken cancellationToken)
    {
        var used = (await VolumeStore.Of(server).ReadAsync(cancellationToken)).Sum(volume => volume.SizeBytes);
        return server with
        {
            Description = "An array in a folder",
            Status = "ok",
            VolumeGroups = [Pool],
            TotalBytes = Capacity,
            UsedBytes = used,
            FreeBytes = Capacity - used,
            AllocatedBytes = used,
        };
    }

    // Found by the Uuid, whatever else the record says: it may be old.
    public override async Task<StorageElement> GetInfoAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        ToElement(server, Find(await VolumeStore.Of(server).ReadAsync(cancellationToken), element));

    public override async Task<string> GetStatusAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken) =>
        element is null ? "ok" : (await GetInfoAsync(server, element, cancellationToken)).Status!;

    // LUNs and clones, never snapshots. The filter's types bind; the rest of it are hints for arrays that can search.
    public override async IAsyncEnumerable<StorageElement> ListAsync(
        StorageServer server, StorageElementFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var element in (await VolumeStore.Of(server).ReadAsync(cancellationToken)).Select(volume => ToElement(server, volume)))
        {
            if (filter.Types.Contains(element.Type))
            {
                yield return element;
            }
        }
    }

    public override Task<StorageElement> CreateAsync(
        StorageServer server, StorageElement element, bool thinProvision, string? qos, CancellationToken cancellationToken) =>
        VolumeStore.Of(server).ChangeAsync(
            volumes =>
            {
                if (volumes.Exists(other => other.Name == element.Name))
                {
                    throw PluginError.AlreadyExists(element.Name, $"There is an element '{element.Name}' already.", "Choose another name.");
                }

                if (element.VolumeGroupName is not (null or Pool))
                {
                    throw PluginError.NotFound(element.VolumeGroupName, $"There is no volume group '{element.VolumeGroupName}'.", $"There is '{Pool}'.");
                }

                if (element.SizeBytes > Capacity - volumes.Sum(other => other.SizeBytes))
                {
                    throw PluginError.LimitExceeded(
                        element.Name, $"There is no room for {element.SizeBytes} bytes.", "Remove what isn't needed, or ask for less.");
                }

                var volume = new Volume(Guid.NewGuid().ToString("n"), element.Name, element.SizeBytes, thinProvision, true, DateTimeOffset.UtcNow);
                volumes.Add(volume);
                return ToElement(server, volume);
            },
            cancellationToken);

    public override Task OnlineAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        SetOnlineAsync(server, element, true, cancellationToken);

    public override Task OfflineAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        SetOnlineAsync(server, element, false, cancellationToken);

    // It decides nothing for the caller: what is presented, or has dependants, is StorageElementBusy.
    public override Task RemoveAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        VolumeStore.Of(server).ChangeAsync(volumes => volumes.Remove(Find(volumes, element)), cancellationToken);

    private static Task<bool> SetOnlineAsync(StorageServer server, StorageElement element, bool isOnline, CancellationToken cancellationToken) =>
        VolumeStore.Of(server).ChangeAsync(
            volumes =>
            {
                var volume = Find(volumes, element);
                volumes[volumes.IndexOf(volume)] = volume with { IsOnline = isOnline };
                return isOnline;
            },
            cancellationToken);

    private static Volume Find(IEnumerable<Volume> volumes, StorageElement element) =>
        volumes.FirstOrDefault(volume => volume.Uuid == element.Uuid)
        ?? throw PluginError.NotFound(element.Name, $"'{element.Name}' is not on the array.", "Get-OscStorageElement lists the elements.");

    // Page83Id is the type digit, 3 for NAA, and the identity in lower-case hex. Page83.ToMultipathId makes it of a raw VPD page 0x83.
    private static StorageElement ToElement(StorageServer server, Volume volume) => new()
    {
        Uuid = volume.Uuid,
        StorageServerUuid = server.Uuid,
        Name = volume.Name,
        Type = StorageElementType.Lun,
        SizeBytes = volume.SizeBytes,
        VolumeGroupName = Pool,
        Page83Id = "36" + volume.Uuid[1..],
        ThinProvisioned = volume.IsThin,
        State = volume.IsOnline ? StorageElementState.Online : StorageElementState.Offline,
        Status = "ok",
        CreatedAt = volume.CreatedAt,
    };
}
