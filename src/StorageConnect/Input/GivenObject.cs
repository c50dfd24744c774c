using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>The value of a parameter or from the pipeline: a text, a record, a row of a record, or another object.</summary>
internal sealed class GivenObject
{
    private const string RecordNamespace = "StorageConnect.";
    private const int MostShown = 60;

    // The prefixes of serialization, Select-Object and Import-Csv before an object's original type name.
    private static readonly string[] Prefixes = ["Deserialized.", "Selected.", "CSV:"];

    private readonly PSObject _object;

    public GivenObject(object given)
    {
        _object = PSObject.AsPSObject(given);
        Base = _object.BaseObject;
        Text = Base as string;
        if (Base is PSCustomObject)
        {
            (RecordType, IsRow) = KindOf(_object);
        }
        else if (Base.GetType() is { IsArray: false, Namespace: "StorageConnect" } type)
        {
            RecordType = type.Name;
        }
    }

    /// <summary>The object itself.</summary>
    public object Base { get; }

    /// <summary>The text, where it is one.</summary>
    public string? Text { get; }

    /// <summary>
    /// The name of the record's type without its namespace, live or deserialized; null for other objects and for rows that could be of several kinds.
    /// </summary>
    public string? RecordType { get; }

    /// <summary>True for an object that only has values: a row of a CSV file, of JSON, of Select-Object, a deserialized record.</summary>
    public bool IsRow { get; }

    /// <summary>True for a record or a row.</summary>
    public bool TellsItself => IsRow || RecordType is not null;

    /// <summary>A property's value as text; null when there is none or it is empty.</summary>
    public string? this[string property] => _object.Properties[property]?.Value?.ToString() is { } value && !string.IsNullOrWhiteSpace(value) ? value : null;

    /// <summary>The server in it: its Uuid, else its name. Rows may have it under the heading of the tables.</summary>
    public string? Server =>
        this[nameof(StorageElement.StorageServerUuid)] ?? this[nameof(StorageElement.StorageServerName)] ?? this[nameof(StorageServer)]
        ?? (IsRow ? this["Server"] : null);

    /// <summary>Its description, for errors.</summary>
    public string Description
    {
        get
        {
            if (Text is not null)
            {
                return $"the text '{Shorten(Text)}'";
            }

            if (Base is sbyte or byte or short or ushort or int or uint or long or ulong or decimal or double or float or System.Numerics.BigInteger)
            {
                return $"the number {Base} (a name of digits needs quotes)";
            }

            var name = TellsItself ? this["Name"] ?? this["TargetName"] ?? this["Id"] ?? this["Path"] : null;
            var kind = RecordType is not null ? $"a record of type {RecordType}" : IsRow
                ? "a row without a Uuid"
                : $"an object of type {Base.GetType().FullName}";
            return name is null ? kind : $"{kind} ('{Shorten(name)}')";
        }
    }

    /// <summary>True when it is a record of this type, or a row that could be one.</summary>
    public bool CanBe(string recordType) => RecordType == recordType || (IsRow && RecordType is null);

    private bool Has(string property) => _object.Properties[property] is not null;

    private (string? RecordType, bool IsRow) KindOf(PSObject row)
    {
        var first = row.TypeNames.FirstOrDefault() ?? "";
        var name = first;
        while (Prefixes.FirstOrDefault(prefix => name.StartsWith(prefix, StringComparison.Ordinal)) is { } prefix)
        {
            name = name[prefix.Length..];
        }

        if (name.StartsWith(RecordNamespace, StringComparison.Ordinal))
        {
            // The part after the sign only selects a view.
            return (name[RecordNamespace.Length..].Split('#')[0], true);
        }

        var isPlain = name.Length == first.Length || name == typeof(PSCustomObject).FullName;
        return isPlain ? (KindByColumns(), true) : (null, false);
    }

    private string? KindByColumns() =>
        Has(nameof(IscsiTarget.TargetName)) ? nameof(IscsiTarget)
        : Has(nameof(StorageServer.PluginName)) ? nameof(StorageServer)
        : Has(nameof(AccessGroup.Entries)) || Has("Initiator") ? nameof(AccessGroup)
        : Has(nameof(OscHostResidue.What)) && Has(nameof(OscHostResidue.SuggestedAction)) ? nameof(OscHostResidue)
        : Has(nameof(OscDevice.Wwid)) ? nameof(OscDevice)
        : Has(nameof(OscOperation.Id)) && Has(nameof(OscOperation.Kind)) ? nameof(OscOperation)
        : Has(nameof(StorageElement.SizeBytes)) || Has("Size") || Has(nameof(StorageElement.Page83Id))
            || (Has(nameof(StorageElement.Uuid)) && Has(nameof(StorageElement.Type))) ? nameof(StorageElement)
        : null;

    private static string Shorten(string text)
    {
        var plain = new string([.. text.Take(MostShown).Select(sign => char.IsControl(sign) ? ' ' : sign)]);
        return text.Length > MostShown ? plain + "..." : plain;
    }
}
