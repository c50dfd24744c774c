using System.Collections;
using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>
/// Marks a parameter that chooses what a cmdlet works on. Nothing, an empty text or list, a list with such a member and objects of another kind
/// are refused before anything is read, from any source.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal abstract class ChoosesAttribute : ArgumentTransformationAttribute
{
    /// <summary>True where the parameter takes a single value.</summary>
    public bool One { get; set; }

    /// <summary>True where an empty list means none, in place of what there is.</summary>
    public bool AllowsNone { get; set; }

    /// <summary>The accepted input, for errors.</summary>
    public abstract string Wanted { get; }

    private protected abstract Type ItemType { get; }

    /// <inheritdoc/>
    public sealed override object Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        var given = Unwrap(inputData);
        return given switch
        {
            null => RefusedInput.Empty(ItemType, One, "$null"),
            _ when IsEmptyText(given) => RefusedInput.Empty(ItemType, One, "an empty text"),
            IEnumerable list and not string and not IDictionary => FromList([.. list.Cast<object?>().Select(Unwrap)]),
            _ => FromItems([given]),
        };
    }

    /// <summary>The values that an object stands for; null when it is of the wrong kind.</summary>
    private protected abstract IReadOnlyCollection<object>? Convert(GivenObject given);

    /// <summary>True for an object whose properties are to be bound one by one instead.</summary>
    private protected virtual bool BindsByProperty(GivenObject given) => false;

    private object FromList(object?[] items) =>
        items.Length == 0 && AllowsNone ? Array.CreateInstance(ItemType, 0)
        : items.Length == 0 ? RefusedInput.Empty(ItemType, One, "an empty list")
        : items.Any(item => item is null || IsEmptyText(item)) ? RefusedInput.Empty(ItemType, One, "a list with an empty member")
        : One && items.Length > 1 ? RefusedInput.Wrong(ItemType, One, $"a list of {items.Length}", $"a single value: {Wanted}")
        : FromItems(items);

    private object FromItems(object?[] items)
    {
        var values = new List<object>(items.Length);
        foreach (var given in items.Select(item => new GivenObject(item!)))
        {
            if (Convert(given) is { } converted)
            {
                values.AddRange(converted);
            }
            else if (BindsByProperty(given))
            {
                // With this cause PowerShell tries the object's properties next.
                var problem = $"{given.Description} is not {Wanted}.";
                throw new ArgumentTransformationMetadataException(problem, new PSInvalidCastException(problem));
            }
            else
            {
                return RefusedInput.Wrong(ItemType, One, given.Description, Wanted);
            }
        }

        if (One)
        {
            return values[0];
        }

        var array = Array.CreateInstance(ItemType, values.Count);
        for (var i = 0; i < values.Count; i++)
        {
            array.SetValue(values[i], i);
        }

        return array;
    }

    private static bool IsEmptyText(object given) => given is string text && string.IsNullOrWhiteSpace(text);

    // A row stays in its wrapper: a row has no other object.
    private static object? Unwrap(object? value) =>
        value is PSObject { BaseObject: not PSCustomObject and var inner } wrapped ? AsTyped(wrapped, inner) ?? inner : value;

    /// <summary>The text of a number as typed, where it differs from the number's own text: identities and names can be digits alone.</summary>
    private static string? AsTyped(PSObject wrapped, object inner) =>
        inner is int or long or double or decimal or System.Numerics.BigInteger
            && LanguagePrimitives.ConvertTo<string>(wrapped) is var typed && typed != LanguagePrimitives.ConvertTo<string>(inner)
                ? typed
                : null;
}
