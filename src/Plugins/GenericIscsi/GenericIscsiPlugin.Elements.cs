using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;

namespace StorageConnect.Plugins.GenericIscsi;

/// <content>What this host sees behind the targets.</content>
public sealed partial class GenericIscsiPlugin
{
    public override async IAsyncEnumerable<StorageElement> ListAsync(
        StorageServer server,
        StorageElementFilter filter,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(filter);
        await Task.CompletedTask;
        if (!filter.Types.Contains(StorageElementType.Lun))
        {
            yield break; // a target doesn't report which of its LUNs are clones
        }

        foreach (var lun in FindLuns(server))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return ToElement(server, lun);
        }
    }

    public override Task<StorageElement> GetInfoAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(element);
        return Task.FromResult(Require(server, element));
    }

    public override Task<IReadOnlyList<AccessGroup>> GetAccessGroupsAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        if (element is not null)
        {
            Require(server, element);
        }

        return Task.FromResult<IReadOnlyList<AccessGroup>>([new() { Name = GroupName }]);
    }

    private ValueList<HostLun> FindLuns(StorageServer server) =>
        Host.FindLuns(server.IscsiTargets.Select(target => target.TargetName).Distinct(StringComparer.Ordinal).ToValueList());

    private StorageElement Require(StorageServer server, StorageElement element) =>
        FindLuns(server).Select(lun => ToElement(server, lun)).FirstOrDefault(found => found.Uuid == element.Uuid)
        ?? throw new NotFoundException($"The LUN '{element.Name}' is not visible on this host behind any target of '{server.Name}'.")
        {
            ErrorId = "StorageElementNotFound",
            Element = element.Name,
            Recommendation = "Log in with Connect-OscTarget, and scan again with Update-OscHostStorage.",
        };

    private static StorageElement ToElement(StorageServer server, HostLun lun) => new()
    {
        Uuid = UuidOf(server, lun),
        StorageServerUuid = server.Uuid,
        Name = lun.Page83Id, // a LUN has no other name
        Type = StorageElementType.Lun,
        SizeBytes = lun.SizeBytes,
        Page83Id = lun.Page83Id,
        State = lun.UsablePaths > 0 ? StorageElementState.Online : StorageElementState.Offline,
        Status = $"{lun.UsablePaths} of {lun.Paths} paths",
        AccessGroupNames = [GroupName],
        ExtraInfo = lun.Model.Length > 0 ? lun.Model : null,
    };

    // The same for the same LUN, in every process and after every login.
    private static string UuidOf(StorageServer server, HostLun lun) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{server.Uuid}/{lun.Page83Id}")).AsSpan(0, 16));
}
