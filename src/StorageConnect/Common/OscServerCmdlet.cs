using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>A cmdlet that works on one server: the one a piped record belongs to, the one named, or the only one registered. Those that may ask several at once
/// are <see cref="OscQueryCmdlet"/>s.</summary>
public abstract class OscServerCmdlet : OscCmdlet
{
    /// <summary>The server, by name, Uuid or object. Optional when one is registered, or when the input has its server.</summary>
    [Parameter]
    [Chooses<StorageServerIdentity>(One = true)]
    [Alias("StorageServerUuid", "StorageServerName")]
    [ArgumentCompleter(typeof(StorageServerCompleter))]
    public virtual StorageServerIdentity? StorageServer { get; set; }

    private protected StorageArray Array => StorageServer is { } server ? Engine.GetArray(server.Key) : Engine.GetDefaultArray();

    /// <summary>The array of an identity: its own server's if it has one, else the command's.</summary>
    private protected StorageArray ArrayOf(RecordIdentity identity)
    {
        DemandKnown(identity);
        return identity.Server is { } server ? OwnArray(identity.ToString(), server, StorageServer is null ? null : [StorageServer]) : Array;
    }

    /// <summary>The record of an identity, with its array.</summary>
    private protected (StorageArray Array, StorageElement Element) Find(StorageElementIdentity identity, ElementKind kind)
    {
        DemandKnown(identity);
        var needsSearch = identity is { Server: null, IsText: false, IsNamedRow: false } && StorageServer is null;
        return Run(token => needsSearch
            ? ElementResolution.FindAmongAsync(Engine.GetArrays(), identity, kind, token)
            : ElementResolution.FindOnAsync(ArrayOf(identity), identity, kind, token));
    }

    /// <summary>Works on each given object. An error of one doesn't stop the others.</summary>
    private protected void ForEachElement(StorageElementIdentity[] identities, ElementKind kind, Action<StorageArray, StorageElement> act) =>
        ForEach(identities, identity => Try(TargetOf(identity), () =>
        {
            var (array, element) = Find(identity, kind);
            act(array, element);
        }));

    private void DemandKnown(RecordIdentity identity)
    {
        if (identity.IsNamedRow && !NamesItsThing)
        {
            throw CommandErrors.RowUuidNeeded(identity.Key);
        }
    }
}
