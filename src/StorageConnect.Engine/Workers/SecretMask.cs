using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using StorageConnect.Linux.Tools;

namespace StorageConnect.Engine.Workers;

/// <summary>Replaces a worker's secrets in its output: its log, its errors, its standard error.</summary>
internal sealed class SecretMask
{
    // Shorter ones would replace parts of words.
    private const int Shortest = 4;

    // The longest first: one may be the beginning of another.
    private readonly List<Secret> _secrets = [];

    /// <summary>The length of the longest secret; 0 for none.</summary>
    public int Longest
    {
        get
        {
            lock (_secrets)
            {
                return _secrets is [var first, ..] ? first.Length : 0;
            }
        }
    }

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
            if (IsKnown(secret))
            {
                return;
            }

            _secrets.Add(secret.Copy());
            // As it is in the requests and answers that plug-ins write to their logs.
            foreach (var escaped in secret.Use(JsonFormsOf))
            {
                using var form = new Secret(escaped);
                if (!IsKnown(form))
                {
                    _secrets.Add(form.Copy());
                }
            }

            _secrets.Sort(static (one, other) => other.Length.CompareTo(one.Length));
        }
    }

    private bool IsKnown(Secret secret) => _secrets.Exists(known => known.Use(characters => AreEqual(secret, characters)));

    /// <summary>A text in JSON: as .NET writes it by default, with what must be escaped only, and in ASCII as Python writes it.</summary>
    private static string[] JsonFormsOf(ReadOnlySpan<char> characters)
    {
        var text = characters.ToString();
        var least = JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text);
        var ascii = new StringBuilder();
        foreach (var character in least)
        {
            _ = char.IsAscii(character) ? ascii.Append(character) : ascii.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}");
        }

        return [JavaScriptEncoder.Default.Encode(text), least, ascii.ToString()];
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
