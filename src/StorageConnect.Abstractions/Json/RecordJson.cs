using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace StorageConnect;

/// <summary>The public JSON of the records and of the plug-in descriptor: in files, and between the engine and plug-ins in other processes.</summary>
/// <remarks>
/// <para>A field has the name of its property. Enumerations are written by name, times in ISO 8601, sizes in bytes. Nulls are left out. Secrets are
/// no properties, so they are never written.</para>
/// <para>Unknown fields are kept: a record that was read from JSON of a newer version, or with fields that a plug-in added, is written with them
/// again, also after a copy with <c>with</c>.</para>
/// </remarks>
public static class RecordJson
{
    /// <summary>
    /// The version of this JSON. Files and protocols that carry it say so. It grows when a field changes its meaning; a new field does not change it.
    /// </summary>
    public const int Version = 1;

    /// <summary>How records are written and read. Read-only; copy it to change the layout.</summary>
    public static JsonSerializerOptions Options { get; } = NewOptions();

    /// <summary>A record as JSON text, without line breaks.</summary>
    /// <param name="record">A record of the contract, or a list of records.</param>
    public static string Write<T>(T record) => JsonSerializer.Serialize(record, Options);

    /// <summary>The record in a JSON text.</summary>
    /// <param name="json">What <see cref="Write"/> returned, here or elsewhere.</param>
    /// <exception cref="DataCorruptException">The text is no JSON, or no record of this type (<c>RecordUnreadable</c>).</exception>
    public static T Read<T>(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(json, Options) ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            // The message of a JSON error can quote the text: say where, not what.
            throw new DataCorruptException(new ErrorText(
                "RecordUnreadable",
                $"The JSON is no {typeof(T).Name}: the problem is at '{e.Path ?? "$"}', line {e.LineNumber ?? 0}.",
                "Compare it with what RecordJson.Write makes of such a record."));
        }
    }

    private static JsonSerializerOptions NewOptions()
    {
        var options = new JsonSerializerOptions
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            Converters = { new JsonStringEnumConverter(namingPolicy: null, allowIntegerValues: false), new ValueListConverterFactory() },
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { KeepUnknownFields } },
        };
        options.MakeReadOnly();
        return options;
    }

    private static void KeepUnknownFields(JsonTypeInfo type)
    {
        if (type.Kind == JsonTypeInfoKind.Object && typeof(IExtensibleRecord).IsAssignableFrom(type.Type))
        {
            var rest = type.CreateJsonPropertyInfo(typeof(Dictionary<string, JsonElement>), nameof(IExtensibleRecord.Unknown));
            rest.IsExtensionData = true;
            rest.Get = static record => ((IExtensibleRecord)record).Unknown?.Values;
            rest.Set = static (record, values) => ((IExtensibleRecord)record).Unknown = values is Dictionary<string, JsonElement> some ? new(some) : null;
            type.Properties.Add(rest);
        }
    }
}
