using System.Globalization;

namespace StorageConnect.Commands;

/// <summary>Marks a parameter that takes names or other texts to search for.</summary>
internal class ChoosesNamesAttribute : ChoosesAttribute
{
    /// <summary>The type of record whose name is taken where the record itself is given; null for none.</summary>
    public string? Of { get; set; }

    /// <summary>The property used for such a record.</summary>
    public string Property { get; set; } = "Name";

    /// <summary>True in cmdlets that make something new: a row's values bind to the parameters one by one.</summary>
    public bool FromRows { get; set; }

    public override string Wanted => FromRows ? "a name as text, or a row with the values of the parameters" : Of is null
        ? "a name as text"
        : $"a name as text, or a record of type {Of}";

    private protected sealed override Type ItemType => typeof(string);

    private protected override IReadOnlyCollection<object>? Convert(GivenObject given) =>
        (given.Text ?? (Of is not null && given.RecordType == Of ? given[Property] : null)) is { } name ? [name] : null;

    private protected sealed override bool BindsByProperty(GivenObject given) => FromRows && given.TellsItself;
}

/// <summary>Marks a parameter that takes Uuids, with dashes or without, in either case.</summary>
internal sealed class ChoosesUuidsAttribute : ChoosesNamesAttribute
{
    public override string Wanted => "Uuids as text, as records show them";

    private protected override IReadOnlyCollection<object>? Convert(GivenObject given) =>
        given.Base is Guid guid ? [guid.ToString("N")]
        : given.Text is not { } text ? null
        : [Guid.TryParse(text, out var typed) ? typed.ToString("N") : text];
}

/// <summary>Marks a parameter that takes initiators; a text of a row may hold several, separated by commas, semicolons or blanks.</summary>
internal sealed class ChoosesInitiatorsAttribute : ChoosesNamesAttribute
{
    private static readonly char[] Separators = [',', ';', ' ', '\t', '\r', '\n'];

    public override string Wanted => "initiators: IQNs or WWNs as text, or what Get-OscInitiator returns";

    private protected override IReadOnlyCollection<object>? Convert(GivenObject given) =>
        given.Base is OscInitiator host ? Names(host)
        : given.Text?.Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is { Length: > 0 } names ? names
        : null;

    private static string[]? Names(OscInitiator host) =>
        host.Wwpns.Prepend(host.Iqn ?? "").Where(name => name.Length > 0).ToArray() is { Length: > 0 } names ? names : null;
}

/// <summary>Marks a parameter that takes values of an enumeration.</summary>
/// <typeparam name="T">The enumeration.</typeparam>
internal sealed class ChoosesValuesAttribute<T> : ChoosesAttribute
    where T : struct, Enum
{
    public override string Wanted => string.Join(", ", Enum.GetNames<T>());

    private protected override Type ItemType => typeof(T);

    private protected override IReadOnlyCollection<object>? Convert(GivenObject given) =>
        given.Base is T value && Enum.IsDefined(value) ? [value]
        : given.Text is { } text && Enum.TryParse<T>(text.Trim(), ignoreCase: true, out var named) && Enum.IsDefined(named)
            && !char.IsAsciiDigit(text.Trim()[0]) ? [named]
        : null;
}

/// <summary>Marks a parameter that takes access contexts.</summary>
internal sealed class ChoosesContextsAttribute : ChoosesAttribute
{
    public override string Wanted => "access contexts (New-OscAccessContext makes them)";

    private protected override Type ItemType => typeof(AccessContext);

    private protected override IReadOnlyCollection<object>? Convert(GivenObject given) => given.Base is AccessContext context ? [context]
        : given.RecordType == nameof(AccessContext) && given[nameof(AccessContext.Host)] is { } host ? [FromRow(given, host)]
        : null;

    // Secrets are not serialized: those of the server's own context are used.
    private static AccessContext FromRow(GivenObject row, string host) => new()
    {
        Host = host,
        Port = int.TryParse(row[nameof(AccessContext.Port)], CultureInfo.InvariantCulture, out var port) ? port : AccessContext.DefaultPort,
        ChapUser = row[nameof(AccessContext.ChapUser)],
        MutualChapUser = row[nameof(AccessContext.MutualChapUser)],
        NetDevice = row[nameof(AccessContext.NetDevice)],
    };
}
