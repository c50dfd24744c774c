using StorageConnect.Engine;

namespace StorageConnect.Commands;

/// <summary>A cmdlet that asks one server, several, or all that are registered.</summary>
public abstract class OscQueryCmdlet : OscCmdlet
{
    private protected const string ServerSet = "Server";
    private protected const string ElementSet = "Element";

    /// <summary>The servers named, or null for all. A parameter, but in other sets than those of others.</summary>
    private protected abstract StorageServerIdentity[]? Servers { get; }

    private protected IReadOnlyList<StorageArray> Arrays =>
        Servers is { } servers ? [.. servers.Select(server => Engine.GetArray(server.Key))]
        : Engine.GetArrays() is { Count: > 0 } all ? all
        : [Engine.GetDefaultArray()];

    /// <summary>
    /// Asks about each element that is meant: where its record tells its server, that one; by name, each of that name on the servers asked.
    /// </summary>
    private protected void ForEachElement(StorageElementIdentity[] identities, Action<StorageArray, StorageElement> ask)
    {
        foreach (var identity in identities)
        {
            var target = identity.Record ?? (object)identity.ToString();
            Try(target, () =>
            {
                var arrays = identity.ServerUuid is { } uuid ? [Engine.GetArray(uuid)] : Arrays;
                if (arrays is [var array])
                {
                    ask(array, Run(token => array.FindAnyAsync(identity, token)));
                    return;
                }

                // An error of one of them is told; that it has no such element only if none has.
                var missed = arrays.Count(array => !TryAsk(array));
                if (missed == arrays.Count)
                {
                    throw ElementErrors.StorageElementNotFound(identity.Key, arrays.Select(array => array.Name));
                }
            });

            bool TryAsk(StorageArray array)
            {
                var found = true;
                Try(target, () =>
                {
                    StorageElement element;
                    try
                    {
                        element = Run(token => array.FindAnyAsync(identity, token));
                    }
                    catch (NotFoundException)
                    {
                        found = false;
                        return;
                    }

                    ask(array, element);
                });
                return found;
            }
        }
    }
}
