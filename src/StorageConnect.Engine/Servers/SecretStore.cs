using System.Collections.Concurrent;
using System.Text.Json;
using StorageConnect.Engine.Errors;
using StorageConnect.Linux.Files;

namespace StorageConnect.Engine.Servers;

/// <summary>
/// The secrets of registered servers: for the life of the process, and in a 0600 file in a 0700 folder where the user requested it
/// (<c>-SaveCredential</c>).
/// </summary>
/// <remarks>
/// A secret in memory counts for the revision of the server's secrets that it was given or read for. When another process has changed them, the saved ones
/// are read; without saved ones the user is asked again. A process that had none can't know whether those that it is given are the same. They count as
/// changed: the user can give a secret again, but an old one in use would undo a rotation.
/// </remarks>
internal sealed class SecretStore(string folder) : ISecretSource
{
    private const int LargestSize = 1 << 20;

    private readonly ConcurrentDictionary<(string Server, string Slot), KnownSecret> _secrets = new();

    /// <summary>The record with all secrets that this process has or that were saved.</summary>
    public StorageServer Attach(RegisteredServer entry)
    {
        var server = entry.Server;
        var saved = new Lazy<Dictionary<string, string>>(() => Load(server.Uuid));
        Secret? Find(params ReadOnlySpan<string> slots) => this.Find(entry, slots, saved);
        var contexts = server.AccessContexts.Select(context => context.WithSecrets(
            context.ChapUser is null ? null : Find(ChapSlot(context), $"chap:{context.Host}:{context.Port}"),
            context.MutualChapUser is null ? null : Find(MutualSlot(context), $"mutual:{context.Host}:{context.Port}")));
        return (server with { AccessContexts = contexts.ToValueList() }).WithAdminSecret(server.AdminUser is null ? null : Find(AdminSlot));
    }

    /// <summary>Whether two records have the same secrets.</summary>
    public static bool HaveSame(StorageServer one, StorageServer other) => Texts(one).SequenceEqual(Texts(other));

    /// <summary>Stores the secrets of <paramref name="server"/>, in place of the previous ones.</summary>
    /// <param name="server">The record with its secrets.</param>
    /// <param name="revision">The entry's <see cref="RegisteredServer.SecretsRevision"/>.</param>
    /// <param name="save">Also in a file; false: delete that file.</param>
    public void Keep(StorageServer server, string? revision, bool save)
    {
        // The file first: a secret that can't be saved is not used either.
        var slots = Slots(server).ToList();
        if (save)
        {
            var texts = Texts(server);
            Guarded(() => PrivateFile.Write(FileOf(server.Uuid), JsonSerializer.SerializeToUtf8Bytes(texts)));
        }
        else
        {
            DeleteFileOf(server.Uuid);
        }

        foreach (var (slot, secret) in slots)
        {
            // A copy: the caller may use his for other servers, too.
            _secrets[(server.Uuid, slot)] = new(secret.Copy(), revision);
        }
    }

    /// <summary>Deletes all secrets of a server, saved ones too.</summary>
    public void Forget(string serverUuid)
    {
        foreach (var key in _secrets.Keys.Where(key => key.Server == serverUuid))
        {
            if (_secrets.TryRemove(key, out var known))
            {
                known.Secret.Dispose();
            }
        }

        DeleteFileOf(serverUuid);
    }

    /// <summary>Whether this server's secrets are kept in a file.</summary>
    public bool IsSaved(string serverUuid) => File.Exists(FileOf(serverUuid));

    private const string AdminSlot = "admin";

    // One host may be there with several users, and through several network devices. Earlier versions had host and port only.
    private static string ChapSlot(AccessContext context) => $"chap:{context.Host}:{context.Port}:{context.NetDevice}:{context.ChapUser}";

    private static string MutualSlot(AccessContext context) => $"mutual:{context.Host}:{context.Port}:{context.NetDevice}:{context.MutualChapUser}";

    private static SortedDictionary<string, string> Texts(StorageServer server)
    {
        var texts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (slot, secret) in Slots(server))
        {
            texts[slot] = secret.Use(characters => new string(characters)); // a context may be there twice
        }

        return texts;
    }

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

    /// <summary>The secret of the first of these slots. What another process has changed is not used any more: it was saved, or is asked for.</summary>
    private Secret? Find(RegisteredServer entry, ReadOnlySpan<string> slots, Lazy<Dictionary<string, string>> saved)
    {
        foreach (var slot in slots)
        {
            var key = (entry.Server.Uuid, slot);
            if (_secrets.TryGetValue(key, out var known) && known.Revision == entry.SecretsRevision)
            {
                return known.Secret;
            }

            if (saved.Value.TryGetValue(slot, out var text))
            {
                return (_secrets[key] = new(new(text), entry.SecretsRevision)).Secret;
            }
        }

        return null;
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

    private sealed record KnownSecret(Secret Secret, string? Revision);
}
