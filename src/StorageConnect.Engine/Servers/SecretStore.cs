using System.Collections.Concurrent;
using System.Text.Json;
using StorageConnect.Engine.Errors;
using StorageConnect.Linux.Files;

namespace StorageConnect.Engine.Servers;

/// <summary>
/// The secrets of registered servers: for the life of the process, and in a 0600 file in a 0700 folder where the user requested it
/// (<c>-SaveCredential</c>).
/// </summary>
internal sealed class SecretStore(string folder) : ISecretSource
{
    private const int LargestSize = 1 << 20;

    private readonly ConcurrentDictionary<(string Server, string Slot), Secret> _secrets = new();

    /// <summary>The record with all secrets that this process has or that were saved.</summary>
    public StorageServer Attach(StorageServer server)
    {
        var saved = new Lazy<Dictionary<string, string>>(() => Load(server.Uuid));
        var contexts = server.AccessContexts.Select(context => context.WithSecrets(
            context.ChapUser is null ? null : Find(server.Uuid, ChapSlot(context), saved),
            context.MutualChapUser is null ? null : Find(server.Uuid, MutualSlot(context), saved)));
        return (server with { AccessContexts = contexts.ToValueList() })
            .WithAdminSecret(server.AdminUser is null ? null : Find(server.Uuid, AdminSlot, saved));
    }

    /// <summary>Stores the secrets of <paramref name="server"/>, in place of the previous ones.</summary>
    /// <param name="server">The record with its secrets.</param>
    /// <param name="save">Also in a file; false: delete that file.</param>
    public void Keep(StorageServer server, bool save)
    {
        // The file first: a secret that can't be saved is not used either.
        var slots = Slots(server).ToList();
        if (save)
        {
            var texts = slots.ToDictionary(slot => slot.Slot, slot => slot.Secret.Use(characters => new string(characters)));
            Guarded(() => PrivateFile.Write(FileOf(server.Uuid), JsonSerializer.SerializeToUtf8Bytes(texts)));
        }
        else
        {
            DeleteFileOf(server.Uuid);
        }

        foreach (var (slot, secret) in slots)
        {
            _secrets[(server.Uuid, slot)] = secret;
        }
    }

    /// <summary>Deletes all secrets of a server, saved ones too.</summary>
    public void Forget(string serverUuid)
    {
        foreach (var key in _secrets.Keys.Where(key => key.Server == serverUuid))
        {
            if (_secrets.TryRemove(key, out var secret))
            {
                secret.Dispose();
            }
        }

        DeleteFileOf(serverUuid);
    }

    /// <summary>Whether this server's secrets are kept in a file.</summary>
    public bool IsSaved(string serverUuid) => File.Exists(FileOf(serverUuid));

    private const string AdminSlot = "admin";

    private static string ChapSlot(AccessContext context) => $"chap:{context.Host}:{context.Port}";

    private static string MutualSlot(AccessContext context) => $"mutual:{context.Host}:{context.Port}";

    private static IEnumerable<(string Slot, Secret Secret)> Slots(StorageServer server)
    {
        if (server.GetAdminSecret() is { } admin)
        {
            yield return (AdminSlot, admin);
        }

        foreach (var context in server.AccessContexts)
        {
            if (context.GetChapSecret() is { } chap)
            {
                yield return (ChapSlot(context), chap);
            }

            if (context.GetMutualChapSecret() is { } mutual)
            {
                yield return (MutualSlot(context), mutual);
            }
        }
    }

    private Secret? Find(string server, string slot, Lazy<Dictionary<string, string>> saved)
    {
        if (_secrets.TryGetValue((server, slot), out var secret))
        {
            return secret;
        }

        return saved.Value.TryGetValue(slot, out var text) ? _secrets.GetOrAdd((server, slot), _ => new(text)) : null;
    }

    private Dictionary<string, string> Load(string server)
    {
        var path = FileOf(server);
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<Dictionary<string, string>>(PrivateFile.Read(path, LargestSize)) ?? [] : [];
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw ServerErrors.SavedCredentialUnreadable(path);
        }
    }

    private void DeleteFileOf(string server)
    {
        if (File.Exists(FileOf(server)))
        {
            Guarded(() => File.Delete(FileOf(server)));
        }
    }

    private void Guarded(Action change)
    {
        try
        {
            change();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ServerErrors.CredentialNotSaved(folder, e);
        }
    }

    private string FileOf(string server) => Path.Combine(folder, server + ".json");
}
