using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace StorageConnect.Engine.Plugins;

/// <summary>A revision of the guide, such as 1.2.10.</summary>
internal readonly record struct ApiVersion(int Major, int Minor, int Revision) : IComparable<ApiVersion>
{
    /// <summary>The lowest revision the engine supports.</summary>
    public static readonly ApiVersion Lowest = new(1, 2, 7);

    /// <summary>From here on a server can have several access contexts.</summary>
    public static readonly ApiVersion ManyAccessContexts = new(1, 2, 9);

    /// <summary>From here on <c>refresh</c> is not called any more. Also the highest revision the engine supports.</summary>
    public static readonly ApiVersion NoRefresh = new(1, 2, 10);

    /// <summary>The highest revision the engine supports.</summary>
    public static readonly ApiVersion Highest = NoRefresh;

    public static bool operator <(ApiVersion left, ApiVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(ApiVersion left, ApiVersion right) => left.CompareTo(right) > 0;

    public static bool TryParse(string? text, [NotNullWhen(true)] out ApiVersion version)
    {
        version = default;
        var parts = text?.Split('.') ?? [];
        if (parts.Length != 3 || !TryParsePart(parts[0], out var major) || !TryParsePart(parts[1], out var minor) || !TryParsePart(parts[2], out var revision))
        {
            return false;
        }

        version = new(major, minor, revision);
        return true;
    }

    /// <summary>The highest revision in both ranges, or null when they don't overlap.</summary>
    [Rule(2, "The highest API revision in both ranges is used; without an overlap the plug-in is refused.", "Class variables")]
    public static ApiVersion? Negotiate(ApiVersion required, ApiVersion extended)
    {
        var highest = extended > Highest ? Highest : extended;
        var lowest = required < Lowest ? Lowest : required;
        return highest < lowest ? null : highest;
    }

    public int CompareTo(ApiVersion other) => (Major, Minor, Revision).CompareTo((other.Major, other.Minor, other.Revision));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Revision}");

    private static bool TryParsePart(string text, out int part) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out part);
}
