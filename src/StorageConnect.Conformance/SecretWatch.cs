using System.Buffers;
using System.Collections;
using System.Net;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace StorageConnect.Conformance;

/// <summary>
/// Looks for a server's secrets in every text that a plug-in returns or throws: as they are, in another case, percent-encoded, in Base64 and in
/// hexadecimal, alone or among other text.
/// </summary>
internal sealed partial class SecretWatch(StorageServer registered)
{
    // Shorter ones are parts of words.
    private const int Shortest = 4;

    // What has letters alone may be a word that errors use, unless it is longer than words are.
    private const int LongestWord = 12;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    private readonly Lock _lock = new();
    private string? _leak;
    private int _texts;

    /// <summary>Where a secret was seen first; null where none was.</summary>
    public string? Leak
    {
        get
        {
            lock (_lock)
            {
                return _leak;
            }
        }
    }

    /// <summary>How many texts were looked at.</summary>
    public int Texts => Volatile.Read(ref _texts);

    /// <summary>The secrets of a server that differ from other text: long enough, and no part of the other values that the user entered.</summary>
    public IReadOnlyList<Secret> SecretsOf(StorageServer server) =>
    [
        .. server.AccessContexts.SelectMany(context => new[] { context.GetChapSecret(), context.GetMutualChapSecret() })
            .Prepend(server.GetAdminSecret()).OfType<Secret>().Where(secret => secret.Length >= Shortest && !IsEntered(secret)),
    ];

    /// <summary>Whether a text shows a secret of a server.</summary>
    public bool Shows(StorageServer server, string text) => SecretsOf(server).Any(secret => Shows(text, secret, isError: false));

    /// <summary>Looks at what a method returned.</summary>
    public void Look(string method, StorageServer server, object? answer) => Look(method, server, answer, isError: false);

    private void Look(string method, StorageServer server, object? answer, bool isError)
    {
        if (SecretsOf(server) is not { Count: > 0 } secrets)
        {
            return;
        }

        foreach (var (where, text) in TextsOf(answer, ""))
        {
            Interlocked.Increment(ref _texts);
            if (!secrets.Any(secret => Shows(text, secret, isError)))
            {
                continue;
            }

            lock (_lock)
            {
                _leak ??= where.Length == 0 ? $"a secret in the answer of {method}" : $"a secret in {where} in an answer of {method}";
            }
        }
    }

    /// <summary>Looks at what a method threw.</summary>
    public void Look(string method, StorageServer server, Exception error)
    {
        var told = error as StorageConnectException;
        Look($"{method}, an error", server, new[] { error.Message, told?.Recommendation, told?.Element, told?.ErrorId, error.ToString() }
            .Concat(told?.Obstacles ?? []).Concat(DataOf(error)).OfType<string>().ToList(), isError: true);
    }

    // Get-Error shows it, of inner exceptions too.
    private static IEnumerable<string?> DataOf(Exception? error)
    {
        for (; error is not null; error = error.InnerException)
        {
            foreach (DictionaryEntry entry in error.Data)
            {
                yield return entry.Key.ToString();
                yield return entry.Value?.ToString();
            }
        }
    }

    private static bool Shows(string text, Secret secret, bool isError) => secret.Use(characters =>
    {
        var isWord = characters.Length <= LongestWord && characters.IndexOfAnyExceptInRange('a', 'z') < 0;
        if (isWord)
        {
            return !isError && text.AsSpan().Contains(characters, StringComparison.Ordinal);
        }

        if (text.AsSpan().Contains(characters, StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        var plain = characters.ToString();
        return (text.Contains('%', StringComparison.Ordinal) && Uri.UnescapeDataString(text).Contains(plain, StringComparison.OrdinalIgnoreCase))
            || Escaped(plain).Any(form => text.Contains(form, StringComparison.OrdinalIgnoreCase))
            || Encoded().EnumerateMatches(text) is var runs && HasEncoded(text, runs, plain);
    });

    // As URLs, forms, XML and JSON have it.
    private static string[] Escaped(string plain) =>
        [Uri.EscapeDataString(plain), WebUtility.UrlEncode(plain), WebUtility.HtmlEncode(plain), JsonEncodedText.Encode(plain).ToString()];

    private static bool HasEncoded(string text, Regex.ValueMatchEnumerator runs, string plain)
    {
        byte[][] forms = [Encoding.UTF8.GetBytes(plain), Encoding.Unicode.GetBytes(plain)];
        foreach (var run in runs)
        {
            var encoded = text.AsSpan(run.Index, run.Length);
            foreach (var bytes in new[] { FromBase64(encoded), FromHex(encoded) })
            {
                if (bytes is not null && forms.Any(form => bytes.AsSpan().IndexOf(form) >= 0))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static byte[]? FromBase64(ReadOnlySpan<char> encoded)
    {
        var text = encoded.ToString().Replace('-', '+').Replace('_', '/').TrimEnd('=');
        // What is cut off at the end holds less than a byte.
        text = text.Length % 4 == 1 ? text[..^1] : text;
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), bytes, out var length) ? bytes[..length] : null;
    }

    private static byte[]? FromHex(ReadOnlySpan<char> encoded) =>
        encoded.Length % 2 == 0 && !encoded.ContainsAnyExcept(HexDigits) ? Convert.FromHexString(encoded) : null;

    private bool IsEntered(Secret secret) => secret.Use(characters =>
    {
        foreach (var text in new[] { registered.Name, registered.ExtraInfo, registered.AdminHost, registered.AdminUser, registered.StorageName })
        {
            if (text.AsSpan().Contains(characters, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    });

    private static IEnumerable<(string Where, string Text)> TextsOf(object? answer, string where) => answer switch
    {
        null => [],
        string text => [(where, text)],
        StorageElement or StorageServer or AccessGroup or QosValue or IscsiTarget or AccessContext or LunAddress => answer.GetType()
            .GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.GetIndexParameters().Length == 0)
            .SelectMany(property => TextsOf(property.GetValue(answer), property.Name)),
        IEnumerable items => items.Cast<object?>().SelectMany(item => TextsOf(item, where)),
        _ => [],
    };

    [GeneratedRegex("[A-Za-z0-9+/_-]{6,}={0,2}", RegexOptions.CultureInvariant)]
    private static partial Regex Encoded();
}
