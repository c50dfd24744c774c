using System.Collections.Concurrent;
using System.Management.Automation;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace StorageConnect.Commands;

/// <summary>
/// Values that choose nothing, or an object of the wrong kind. They are bound nevertheless and refused before the cmdlet reads anything: a binding
/// error is only a warning where the value is a default (<c>$PSDefaultParameterValues</c>), and the cmdlet would then work on everything.
/// </summary>
internal static class RefusedInput
{
    private static readonly ConditionalWeakTable<object, Refusal> Refused = [];
    private static readonly ConcurrentDictionary<Type, PropertyInfo[]> ChoosingParameters = new();

    /// <summary>The value that is bound in place of one that chooses nothing.</summary>
    public static object Empty(Type itemType, bool isOne, string given) => Mark(itemType, isOne, new(given, null));

    /// <summary>The value that is bound in place of one of the wrong kind.</summary>
    public static object Wrong(Type itemType, bool isOne, string given, string wanted) => Mark(itemType, isOne, new(given, wanted));

    /// <summary>The error of the values bound so far; null when there is none.</summary>
    public static InvalidRequestException? Find(PSCmdlet cmdlet)
    {
        var parameters = ChoosingParameters.GetOrAdd(cmdlet.GetType(), static type =>
            [.. type.GetProperties().Where(property => property.IsDefined(typeof(ChoosesAttribute), inherit: true))]);
        foreach (var parameter in parameters)
        {
            if (parameter.GetValue(cmdlet) is { } value && Refused.TryGetValue(value, out var refusal))
            {
                return refusal.Wanted is { } wanted
                    ? CommandErrors.WrongInput(parameter.Name, refusal.Given, wanted)
                    : CommandErrors.NothingChosen(parameter.Name, refusal.Given);
            }
        }

        return null;
    }

    private static object Mark(Type itemType, bool isOne, Refusal refusal)
    {
        // Never null: PowerShell would report that in place of the reason.
        var value = itemType == typeof(string)
            ? new string('?', 1)
            : RuntimeHelpers.GetUninitializedObject(itemType.IsAbstract ? typeof(StorageElementIdentity) : itemType);
        if (!isOne)
        {
            var list = Array.CreateInstance(itemType, 1);
            list.SetValue(value, 0);
            value = list;
        }

        Refused.Add(value, refusal);
        return value;
    }

    private sealed record Refusal(string Given, string? Wanted);
}
