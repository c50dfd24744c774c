using StorageConnect.Engine.Errors;
using StorageConnect.Engine.Settings;

namespace StorageConnect.Engine.Servers;

/// <summary>The servers this user registered, across processes.</summary>
internal sealed class ServerRegistry(EnginePaths paths)
{
    private readonly ServerFile _file = new(Path.Combine(paths.Config, "servers.json"));

    public SecretStore Secrets { get; } = new(Path.Combine(paths.Config, "secrets"));

    public IReadOnlyList<RegisteredServer> All => _file.Read();

    /// <summary>The server of this name or Uuid.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    public RegisteredServer Get(string nameOrUuid)
    {
        var all = All;
        return all.FirstOrDefault(entry => entry.Server.Uuid == nameOrUuid)
            ?? all.FirstOrDefault(entry => SameName(entry.Server.Name, nameOrUuid))
            ?? throw NotFound(all, nameOrUuid);
    }

    public void CheckNameIsFree(string name) => CheckNameIsFree(All, name, exceptUuid: null);

    public void Add(RegisteredServer entry) => _file.Change(all =>
    {
        CheckNameIsFree(all, entry.Server.Name, exceptUuid: null);
        return [.. all, entry];
    });

    /// <summary>Checks that a server may have this name.</summary>
    public void CheckNameIsFree(string name, string exceptUuid) => CheckNameIsFree(All, name, exceptUuid);

    /// <summary>Replaces the record with the same Uuid.</summary>
    /// <exception cref="NotFoundException">It is not registered any more.</exception>
    public void Replace(RegisteredServer entry) => _file.Change(all =>
    {
        CheckNameIsFree(all, entry.Server.Name, entry.Server.Uuid);
        return all.Any(other => other.Server.Uuid == entry.Server.Uuid)
            ? [.. all.Select(other => other.Server.Uuid == entry.Server.Uuid ? entry : other)]
            : throw NotFound(all, entry.Server.Name);
    });

    /// <summary>Stores what an array reported, unless the user has changed or removed the server meanwhile.</summary>
    public void Refresh(RegisteredServer entry)
    {
        bool IsMeant(RegisteredServer other) => other.Server.Uuid == entry.Server.Uuid && other.Revision == entry.Revision;

        if (All.Any(other => IsMeant(other) && other != entry))
        {
            _file.Change(all => [.. all.Select(other => IsMeant(other) ? entry : other)]);
        }
    }

    public void Remove(string uuid)
    {
        _file.Change(all => [.. all.Where(entry => entry.Server.Uuid != uuid)]);
        Secrets.Forget(uuid);
    }

    private static NotFoundException NotFound(IReadOnlyList<RegisteredServer> all, string nameOrUuid) =>
        ServerErrors.StorageServerNotFound(nameOrUuid, [.. all.Select(entry => entry.Server.Name)]);

    // Users type server names, so two that differ only in case would be confused.
    private static bool SameName(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static void CheckNameIsFree(IReadOnlyList<RegisteredServer> all, string name, string? exceptUuid)
    {
        if (all.FirstOrDefault(entry => SameName(entry.Server.Name, name) && entry.Server.Uuid != exceptUuid) is { } taken)
        {
            throw ServerErrors.StorageServerExists(name, taken.Server.Name);
        }
    }
}
