using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>The ways in which a record comes back from a file, a job or Select-Object.</summary>
public enum RecordForm
{
    /// <summary>As a cmdlet wrote it.</summary>
    Live,

    /// <summary>From Import-Clixml, a job, or remoting.</summary>
    Deserialized,

    /// <summary>A row of a CSV file: texts alone.</summary>
    Csv,

    /// <summary>From ConvertFrom-Json: numbers, texts and lists; enumerations as numbers.</summary>
    Json,

    /// <summary>From Select-Object.</summary>
    Selected,

    /// <summary>From Select-Object Uuid, Name.</summary>
    Short,
}

/// <summary>Makes them.</summary>
internal static class RecordForms
{
    public static object Of(object record, RecordForm form) => form switch
    {
        RecordForm.Live => record,
        RecordForm.Deserialized => PSSerializer.Deserialize(PSSerializer.Serialize(record, depth: 2)),
        RecordForm.Csv => Row(record, null, (_, value) => value is null ? "" : Convert.ToString(value, CultureInfo.CurrentCulture)),
        RecordForm.Json => Row(record, null, (_, value) => ToJson(value)),
        RecordForm.Selected => Row(record, "Selected." + record.GetType().FullName, (_, value) => value),
        _ => Row(record, "Selected." + record.GetType().FullName, (_, value) => value, ["Uuid", "Name", "Id", "TargetName"]),
    };

    private static PSObject Row(object record, string? typeName, Func<string, object?, object?> convert, string[]? properties = null)
    {
        var row = new PSObject();
        if (typeName is not null)
        {
            row.TypeNames.Insert(0, typeName);
        }

        foreach (var property in record.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetIndexParameters().Length == 0 && properties?.Contains(property.Name) is not false))
        {
            row.Properties.Add(new PSNoteProperty(property.Name, convert(property.Name, property.GetValue(record))));
        }

        return row;
    }

    private static object? ToJson(object? value) => value switch
    {
        null or string or bool => value,
        Enum number => Convert.ToInt64(number, CultureInfo.InvariantCulture),
        int number => (long)number,
        DateTimeOffset moment => moment.UtcDateTime,
        IEnumerable list => list.Cast<object?>().Select(ToJson).ToArray(),
        _ => value,
    };
}
