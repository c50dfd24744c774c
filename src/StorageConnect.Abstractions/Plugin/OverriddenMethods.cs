using System.Reflection;

namespace StorageConnect;

/// <summary>Which of the guide's methods a plug-in class overrides.</summary>
internal static class OverriddenMethods
{
    private static readonly Dictionary<MethodInfo, string> GuideNames = typeof(StorageArrayPlugin)
        .GetMethods()
        .Where(static method => method is { IsVirtual: true, IsFinal: false } && method.DeclaringType == typeof(StorageArrayPlugin)
            && method.Name.EndsWith("Async", StringComparison.Ordinal))
        .ToDictionary(static method => method, static method => ToGuideName(method.Name));

    /// <summary>The guide's names of the methods that <paramref name="plugin"/> or a class between it and the contract overrides.</summary>
    // By definition, not by name: a class may have other methods of the same name, or hide one without overriding it.
    public static IReadOnlySet<string> Of(Type plugin) => plugin
        .GetMethods()
        .Where(static method => method.DeclaringType != typeof(StorageArrayPlugin))
        .Select(static method => GuideNames.GetValueOrDefault(method.GetBaseDefinition()))
        .OfType<string>()
        .ToHashSet(StringComparer.Ordinal);

    private static string ToGuideName(string method) => method switch
    {
        nameof(StorageArrayPlugin.UpdateStorageElementsAsync) => GuideMethod.UpdateStorageElements,
        nameof(StorageArrayPlugin.GetQosListAsync) => GuideMethod.GetQosList,
        nameof(StorageArrayPlugin.SetQosAsync) => GuideMethod.SetQos,
        _ => char.ToLowerInvariant(method[0]) + method[1..^"Async".Length],
    };
}
