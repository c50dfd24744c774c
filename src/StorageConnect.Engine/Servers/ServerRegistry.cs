using StorageConnect.Engine.Errors;
using StorageConnect.Engine.Settings;

namespace StorageConnect.Engine.Servers;

/// <summary>The servers this user registered, across processes.</summary>
internal sealed class ServerRegistry(EnginePaths paths)
{
    private readonly ServerFile _file = new(Path.Combine(paths.Config, "servers.json"));

    public SecretStore Secrets { get; } = new(Path.Combine(paths.Config, "secrets"));

    /// <summary>The servers that can be used.</summary>
    public IReadOnlyList<RegisteredServer> All => List.Servers;

    /// <summary>All entries.</summary>
    public ServerList List => _file.Read();

    /// <summary>The errors of the entries that can't be used.</summary>
    public IReadOnlyList<DataCorruptException> Problems => [.. List.Damaged.Select(ToError)];

    /// <summary>The server of this name or Uuid.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    /// <exception cref="DataCorruptException">Its entry can't be used.</exception>
    public RegisteredServer Get(string nameOrUuid)
    {
        var list = List;
        return list.Servers.FirstOrDefault(entry => entry.Server.Uuid == nameOrUuid)
            ?? list.Servers.FirstOrDefault(entry => SameName(entry.Server.Name, nameOrUuid))
            ?? throw NotFound(list, nameOrUuid);
    }

    public void CheckNameIsFree(string name) => CheckNameIsFree(List, name, exceptUuid: null);

    public void Add(RegisteredServer entry) => _file.Change(list =>
    {
        CheckNameIsFree(list, entry.Server.Name, exceptUuid: null);
        return list with { Servers = [.. list.Servers, entry] };
    });

    /// <summary>Checks that a server may have this name.</summary>
    public void CheckNameIsFree(string name, string exceptUuid) => CheckNameIsFree(List, name, exceptUuid);

    /// <summary>Replaces the record with the same Uuid.</summary>
    /// <param name="entry">The new one.</param>
    /// <param name="before">The one that it was made of.</param>
    /// <param name="keepSecrets">Called before the record is written, once nothing speaks against it.</param>
    /// <exception cref="NotFoundException">It is not registered any more.</exception>
    /// <exception cref="InvalidRequestException">Another process changed it meanwhile: its change, or a secret that it set, would be undone.</exception>
    public void Replace(RegisteredServer entry, RegisteredServer before, Action keepSecrets) => _file.Change(list =>
    {
        CheckNameIsFree(list, entry.Server.Name, entry.Server.Uuid);
        var present = list.Servers.FirstOrDefault(other => other.Server.Uuid == entry.Server.Uuid) ?? throw NotFound(list, entry.Server.Name);
        if (present.Revision != before.Revision)
        {
            throw ServerErrors.StorageServerChanged(present.Server.Name);
        }

        keepSecrets();
        return list with { Servers = [.. list.Servers.Select(other => other.Server.Uuid == entry.Server.Uuid ? entry : other)] };
    });

    /// <summary>Stores what an array reported, unless the user has changed or removed the server meanwhile.</summary>
    /// <param name="asked">The entry that the array was asked with.</param>
    /// <param name="apply">Puts what was reported into the present record: another process may have stored something else that was reported.</param>
    public void Refresh(RegisteredServer asked, Func<StorageServer, StorageServer> apply)
    {
        bool IsMeant(RegisteredServer other) => other.Server.Uuid == asked.Server.Uuid && other.Revision == asked.Revision;

        if (All.Any(other => IsMeant(other) && apply(other.Server) != other.Server))
        {
            _file.Change(list => list with
            {
                Servers = [.. list.Servers.Select(other => IsMeant(other) ? other with { Server = apply(other.Server) } : other)],
            });
        }
    }

    public void Remove(string uuid)
    {
        _file.Change(list => list with { Servers = [.. list.Servers.Where(entry => entry.Server.Uuid != uuid)] });
        Secrets.Forget(uuid);
    }

    /// <summary>The entry that can't be used and that has this name or Uuid; null where there is none, or more than one.</summary>
    public DamagedServer? FindDamaged(string nameOrUuid)
    {
        var list = _file.Parse();
        return list.Servers.Any(entry => entry.Server.Uuid == nameOrUuid || SameName(entry.Server.Name, nameOrUuid))
            ? null
            : list.Damaged.Where(entry => entry.Is(nameOrUuid)).ToList() is [var only] ? only : null;
    }

    /// <summary>Removes an entry that can't be used.</summary>
    public void Remove(DamagedServer damaged)
    {
        _file.ChangeAny(list => list with { Damaged = [.. list.Damaged.Where(entry => entry.Json.GetRawText() != damaged.Json.GetRawText())] });
        if (damaged.Uuid is { } uuid)
        {
            Secrets.Forget(uuid);
        }
    }

    private DataCorruptException ToError(DamagedServer entry) => ServerErrors.StorageServerDamaged(entry.ToString(), _file.Path, entry.Problem,
        isNamed: entry.Name is not null);

    private StorageConnectException NotFound(ServerList list, string nameOrUuid) => list.Damaged.FirstOrDefault(entry => entry.Is(nameOrUuid)) is { } damaged
        ? ToError(damaged)
        : ServerErrors.StorageServerNotFound(nameOrUuid, [.. list.Names]);

    // Users type server names, so two that differ only in case would be confused.
    private static bool SameName(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    private static void CheckNameIsFree(ServerList list, string name, string? exceptUuid)
    {
        var taken = list.Servers.FirstOrDefault(entry => SameName(entry.Server.Name, name) && entry.Server.Uuid != exceptUuid)?.Server.Name
            ?? list.Damaged.FirstOrDefault(entry => entry.Name is { } other && SameName(other, name))?.Name;
        if (taken is not null)
        {
            throw ServerErrors.StorageServerExists(name, taken);
        }
    }
}
