using System.Globalization;

namespace StorageConnect.PluginKit.Tgt;

/// <summary>The control socket of a tgtd: tgtd makes its name of a path and the control port.</summary>
/// <param name="Path">The path without the port.</param>
/// <param name="Port">The control port (<c>tgtd -C</c>).</param>
public sealed record TgtControlAddress(string Path, int Port)
{
    private const string DefaultPath = "/var/run/tgtd/socket";
    private const int LongestSocketName = 107;

    /// <summary>That of the tgtd that the system starts.</summary>
    public static TgtControlAddress Default { get; } = new(DefaultPath, 0);

    /// <summary>The socket itself.</summary>
    public string Socket => string.Create(CultureInfo.InvariantCulture, $"{Path}.{Port}");

    /// <summary>Reads a port, or a path with the port that tgtd appended or without it; null when it is neither.</summary>
    /// <param name="text">The text.</param>
    public static TgtControlAddress? TryParse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (TryPort(text) is { } port)
        {
            return Default with { Port = port };
        }

        if (!System.IO.Path.IsPathFullyQualified(text))
        {
            return null;
        }

        var dot = text.LastIndexOf('.');
        var address = dot > text.LastIndexOf('/') && TryPort(text[(dot + 1)..]) is { } appended ? new(text[..dot], appended) : new TgtControlAddress(text, 0);
        return System.Text.Encoding.UTF8.GetByteCount(address.Socket) <= LongestSocketName ? address : null;
    }

    private static int? TryPort(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= short.MaxValue ? port : null;
}
