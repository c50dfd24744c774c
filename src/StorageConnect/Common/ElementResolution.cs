using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Errors;

namespace StorageConnect.Commands;

/// <summary>The types that an element's identity may stand for.</summary>
internal enum ElementKind
{
    /// <summary>A LUN or clone.</summary>
    Element,

    /// <summary>A snapshot.</summary>
    Snapshot,

    /// <summary>A LUN, a clone, or else a snapshot.</summary>
    Any,
}

/// <summary>Finds the record of an identity: as given, or from the array by name, Uuid, row or deserialized record.</summary>
internal static class ElementResolution
{
    /// <summary>The record on an array.</summary>
    public static async Task<(StorageArray Array, StorageElement Element)> FindOnAsync(
        StorageArray array, StorageElementIdentity identity, ElementKind kind, CancellationToken cancellationToken) =>
        (array, await array.FindAsync(identity, kind, cancellationToken));

    /// <summary>The record of a row with a Uuid and without a server: the Uuid must be unique among the servers.</summary>
    public static async Task<(StorageArray Array, StorageElement Element)> FindAmongAsync(
        IReadOnlyList<StorageArray> arrays, StorageElementIdentity identity, ElementKind kind, CancellationToken cancellationToken)
    {
        var found = new List<(StorageArray Array, StorageElement Element)>();
        foreach (var array in arrays)
        {
            try
            {
                found.Add(await FindOnAsync(array, identity, kind, cancellationToken));
            }
            catch (NotFoundException e) when (ElementErrors.IsAbsence(e))
            {
                // Not on this server. A server that does not answer is an error: it could have the Uuid, too.
            }
        }

        return found switch
        {
            [var only] => only,
            [] => throw ElementErrors.StorageElementNotFound(identity.Key, arrays.Select(array => array.Name)),
            _ => throw CommandErrors.RowAmbiguous(identity.ToString(), found.Select(one => one.Array.Name)),
        };
    }

    /// <summary>The record on this array.</summary>
    /// <exception cref="NotFoundException">The array does not have it.</exception>
    /// <exception cref="InvalidRequestException">It is of another type.</exception>
    public static async Task<StorageElement> FindAsync(this StorageArray array, StorageElementIdentity identity, ElementKind kind,
        CancellationToken cancellationToken)
    {
        if (identity.Server is not null && !identity.IsOn(array))
        {
            throw CommandErrors.StorageElementOnOtherServer(identity.ToString(), (identity.Record ?? identity.Stale)?.StorageServerName ?? identity.Server,
                array.Name);
        }

        var element = identity.Record
            ?? (identity.Stale is { } stale ? await array.GetInfoAsync(stale, cancellationToken)
                : identity.IsText || identity.IsNamedRow ? await FindByNameAsync(array, identity.Key, kind, cancellationToken)
                : await array.FindByUuidAsync(identity.Key, cancellationToken));
        var isSnapshot = element.Type == StorageElementType.Snapshot;
        return (kind, isSnapshot) switch
        {
            (ElementKind.Element, true) => throw CommandErrors.WrongElementType(element.Name, element.Type, "a LUN or clone"),
            (ElementKind.Snapshot, false) => throw CommandErrors.WrongElementType(element.Name, element.Type, "a snapshot"),
            _ => element,
        };
    }

    private static Task<StorageElement> FindByNameAsync(StorageArray array, string nameOrUuid, ElementKind kind, CancellationToken cancellationToken) =>
        kind switch
        {
            ElementKind.Element => array.FindElementAsync(nameOrUuid, cancellationToken),
            ElementKind.Snapshot => array.FindSnapshotAsync(nameOrUuid, cancellationToken),
            _ => array.FindAnyAsync(nameOrUuid, cancellationToken),
        };
}
