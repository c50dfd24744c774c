using System.Runtime.CompilerServices;
using StorageConnect.Plugins.Cinder.Api;
using StorageConnect.Plugins.Cinder.Operations;

namespace StorageConnect.Plugins.Cinder;

/// <content>Volumes.</content>
public sealed partial class CinderPlugin
{
    public override async IAsyncEnumerable<StorageElement> ListAsync(
        StorageServer server, StorageElementFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var array = Open(server);
        var map = await array.GetMapAsync(cancellationToken);
        await foreach (var volume in FindAsync(array, filter, cancellationToken))
        {
            if (!volume.IsMigrationCopy && map.ToElement(volume) is { } element && filter.Types.Contains(element.Type))
            {
                yield return element;
            }
        }
    }

    public override async Task<StorageElement> GetInfoAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        var array = Open(server);
        return element.Type == StorageElementType.Snapshot
            ? await new SnapshotFinder(array).GetAsync(element, cancellationToken)
            : await array.ToElementAsync(await array.RequireVolumeAsync(element, cancellationToken), cancellationToken);
    }

    /// <summary>A volume is served as long as its status lets it be; there is nothing to switch.</summary>
    public override async Task OnlineAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        if (!ElementMap.IsServed((await Open(server).RequireVolumeAsync(element, cancellationToken)).Status))
        {
            throw Unsupported(server, GuideMethod.Online);
        }
    }

    public override async Task OfflineAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        await Open(server).RequireVolumeAsync(element, cancellationToken);
        throw Unsupported(server, GuideMethod.Offline);
    }

    public override Task<StorageElement> CreateAsync(StorageServer server, StorageElement element, bool thinProvision, string? qos,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        return new VolumeCreator(Open(server)).CreateAsync(element, thinProvision, qos, cancellationToken);
    }

    public override Task<StorageElement> ResizeAsync(StorageServer server, StorageElement element, long newSizeBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        return new Volumes(Open(server)).ResizeAsync(element, newSizeBytes, cancellationToken);
    }

    public override Task RemoveAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        return new Volumes(Open(server)).RemoveAsync(element, cancellationToken);
    }

    public override async Task<IReadOnlyList<QosValue>> GetQosListAsync(StorageServer server, CancellationToken cancellationToken)
    {
        var array = Open(server);
        var specs = (await array.Api.TryListQosSpecsAsync(cancellationToken) ?? []).ToDictionary(one => one.Id, StringComparer.Ordinal);
        return
        [
            .. (await array.GetTypesAsync(cancellationToken)).Select(type => new QosValue
            {
                Value = type.Name,
                Name = type.Name,
                Description = QosText.Of(type, type.QosSpecsId is { } id ? specs.GetValueOrDefault(id) : null),
            })
        ];
    }

    public override Task SetQosAsync(StorageServer server, StorageElement element, string qos, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(element);
        return new Volumes(Open(server)).RetypeAsync(element, qos, cancellationToken);
    }

    private static async IAsyncEnumerable<Volume> FindAsync(
        CinderArray array, StorageElementFilter filter, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        const string nameless = "volume-";
        var id = filter.Uuid is not null ? Ids.ToId(filter.Uuid)
            : filter.Name is { } name && name.StartsWith(nameless, StringComparison.Ordinal) && Guid.TryParseExact(name[nameless.Length..], "d", out _)
                ? name[nameless.Length..]
            : null;
        if (id is not null && await array.Api.TryGetVolumeAsync(id, cancellationToken) is { } one)
        {
            yield return one;
        }

        if (filter.Uuid is not null)
        {
            yield break;
        }

        await foreach (var volume in array.Api.ListVolumesAsync(filter.Name is null ? null : $"name={Uri.EscapeDataString(filter.Name)}", cancellationToken))
        {
            yield return volume;
        }
    }
}
