using System.Text;
using StorageConnect.Host.Iscsi;

namespace StorageConnect.Host.OpenIscsi;

/// <summary>A record of open-iscsi's database: one line <c>name = value</c> per setting.</summary>
/// <remarks>Secrets are kept apart from the other settings, and become text only when a private file is written.</remarks>
internal sealed class IscsiRecord
{
    /// <summary>The first line of every record of ours. open-iscsi takes it for a comment.</summary>
    public const string Mark = "# Made by StorageConnect";

    // open-iscsi stores each value in 256 bytes, including the NUL.
    private const int LongestValue = 255;

    private readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Secret> _secrets = new(StringComparer.Ordinal);

    public string? this[string name]
    {
        get => _settings.GetValueOrDefault(name);
        set
        {
            _secrets.Remove(name);
            if (string.IsNullOrEmpty(value))
            {
                _settings.Remove(name);
                return;
            }

            CheckValue(name, value);
            _settings[name] = value;
        }
    }

    /// <summary>The settings of a record or of iscsid.conf, as open-iscsi reads them.</summary>
    public static IscsiRecord Parse(string text)
    {
        var record = new IscsiRecord();
        foreach (var line in text.Split('\n').Select(line => line.Trim()))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && line[0] != '#' && line[(equals + 1)..].Trim() is { Length: > 0 and <= LongestValue } value)
            {
                record._settings[line[..equals].TrimEnd()] = value;
            }
        }

        return record;
    }

    /// <summary>Copies the settings of another record whose names <paramref name="choose"/> selects.</summary>
    public void Take(IscsiRecord other, Func<string, bool> choose)
    {
        foreach (var (name, value) in other._settings.Where(setting => choose(setting.Key)))
        {
            _settings[name] = value;
        }
    }

    /// <summary>Sets the user and secret of one direction of CHAP; with no user, unsets them.</summary>
    /// <exception cref="InvalidRequestException">open-iscsi's records can't hold the user or the secret.</exception>
    public void SetCredential(string userKey, string secretKey, string? user, Secret? secret)
    {
        this[userKey] = user;
        this[secretKey] = null;
        if (user is not null && secret is not null)
        {
            secret.Use(characters =>
            {
                CheckValue(secretKey, characters);
                return true;
            });
            _secrets[secretKey] = secret;
        }
    }

    /// <summary>The file's content. Pinned, so that no copy remains when the caller wipes it.</summary>
    public byte[] ToBytes()
    {
        var text = new StringBuilder(Mark).Append('\n');
        foreach (var (name, value) in _settings)
        {
            text.Append(name).Append(" = ").Append(value).Append('\n');
        }

        var plain = Encoding.UTF8.GetBytes(text.ToString());
        var bytes = GC.AllocateUninitializedArray<byte>(
            plain.Length + _secrets.Sum(entry => Encoding.UTF8.GetByteCount(entry.Key) + " = \n".Length + entry.Value.Use(Encoding.UTF8.GetByteCount)),
            pinned: true);
        plain.CopyTo(bytes, 0);
        var length = plain.Length;
        foreach (var (name, secret) in _secrets)
        {
            length += Encoding.UTF8.GetBytes($"{name} = ", bytes.AsSpan(length));
            var end = length;
            length += secret.Use(characters => Encoding.UTF8.GetBytes(characters, bytes.AsSpan(end)));
            bytes[length++] = (byte)'\n';
        }

        return bytes;
    }

    private static void CheckValue(string name, ReadOnlySpan<char> value)
    {
        // One line per setting, without blanks at its ends. A value that would be read back differently is refused.
        var problem = value.ContainsAnyInRange('\0', '\u001f') || value.Contains('\u007f') ? "holds control characters"
            : value.Length == 0 ? "is empty"
            : char.IsWhiteSpace(value[0]) || char.IsWhiteSpace(value[^1]) ? "begins or ends with a blank"
            : Encoding.UTF8.GetByteCount(value) > LongestValue ? $"is longer than {LongestValue} bytes"
            : null;
        if (problem is not null)
        {
            throw IscsiErrors.IscsiValueInvalid(name, problem);
        }
    }
}
