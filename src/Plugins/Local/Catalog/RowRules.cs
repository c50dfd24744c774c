using System.Buffers;
using StorageConnect.PluginKit.Naming;
using StorageConnect.Plugins.Local.Errors;

namespace StorageConnect.Plugins.Local.Catalog;

/// <summary>The validity of an element's row. A row that breaks a rule was damaged or written by another program, and is refused.</summary>
internal static class RowRules
{
    private const int SectorSize = 512;
    private const int UuidLength = 32;
    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    /// <returns>The row itself.</returns>
    /// <exception cref="DamagedRowException">It breaks a rule.</exception>
    public static ElementRow Check(ElementRow row) => FindProblem(row) is { } problem ? throw new DamagedRowException(row.Name, problem) : row;

    private static string? FindProblem(ElementRow row) => row switch
    {
        { Uuid: var uuid } when !IsHex(uuid, UuidLength) => "its uuid is none",
        { Name.Length: 0 or > ElementNames.MaxLength } => "its name is empty or too long",
        { Name: var name } when HasControlCharacter(name) => "its name has a control character",
        { Size: <= 0 } => "its size is not positive",
        { Size: var size } when size % SectorSize != 0 => "its size is no multiple of a sector",
        { IsSnapshot: true, Page83Id: not null } or { IsSnapshot: false, Page83Id: null } => "its identity does not go with its type",
        { Page83Id: { } page83 } when !IsHex(page83, UuidLength + 1) || !page83.StartsWith($"36{Identities.Oui}", StringComparison.Ordinal) =>
            "its page 0x83 identity is none of this array's",
        { Qos: not ("standard" or "durable") } => "its quality of service is unknown",
        { IsSnapshot: true, Sources.Count: 0 } => "it has no members",
        { Sources.Count: > 0 } when !row.Sources.All(Identities.IsUuid) => "one of its sources has no uuid",
        _ => null,
    };

    // Listing checks every row, so these look at many characters at once.
    private static bool IsHex(string text, int length) => text.Length == length && !text.AsSpan().ContainsAnyExcept(Hex);

    private static bool HasControlCharacter(string text) => text.AsSpan().ContainsAnyInRange('\0', '\x1f') || text.AsSpan().ContainsAnyInRange('\x7f', '\x9f');
}
