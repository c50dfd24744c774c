namespace StorageConnect.Plugins.Local;

/// <summary>The points between which an operation can be killed or lose power. Tests listen; otherwise one null check each.</summary>
internal static class Steps
{
    internal static Action<string>? OnStep { get; set; }

    internal static void At(string step) => OnStep?.Invoke(step);
}
