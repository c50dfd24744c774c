using StorageConnect.Linux.Tools;

namespace StorageConnect.Engine.Workers;

/// <summary>Replaces a worker's secrets in its output: its log, its errors, its standard error.</summary>
internal sealed class SecretMask
{
    // Shorter ones would replace parts of words.
    private const int Shortest = 4;

    private readonly List<Secret> _secrets = [];

    /// <summary>Adds the secrets of a server.</summary>
    public void Add(StorageServer server)
    {
        Add(server.GetAdminSecret());
        foreach (var context in server.AccessContexts)
        {
            Add(context.GetChapSecret());
            Add(context.GetMutualChapSecret());
        }
    }

    /// <summary>The text with each secret replaced.</summary>
    public string Apply(string text)
    {
        lock (_secrets)
        {
            return _secrets.Aggregate(text, static (masked, secret) =>
                secret.Use(characters => masked.AsSpan().IndexOf(characters, StringComparison.Ordinal) < 0
                    ? masked
                    : masked.Replace(characters.ToString(), ToolCommand.SecretMask, StringComparison.Ordinal)));
        }
    }

    private void Add(Secret? secret)
    {
        if (secret is null || secret.Length < Shortest)
        {
            return;
        }

        lock (_secrets)
        {
            if (!_secrets.Exists(known => known.Use(characters => AreEqual(secret, characters))))
            {
                _secrets.Add(secret.Copy());
            }
        }
    }

    private static bool AreEqual(Secret secret, ReadOnlySpan<char> other)
    {
        // A span can't be captured by the second lambda.
        var copy = other.ToArray();
        var areEqual = secret.Use(characters => characters.SequenceEqual(copy));
        Array.Clear(copy);
        return areEqual;
    }
}
