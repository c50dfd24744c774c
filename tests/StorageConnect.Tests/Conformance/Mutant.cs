using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <summary>A plug-in with one thing wrong.</summary>
/// <param name="Clause">The clause that is meant to catch it.</param>
/// <param name="Wrong">What is wrong.</param>
/// <param name="Break">Makes it wrong, on an array that keeps the guide and is registered.</param>
public sealed record Mutant(string Clause, string Wrong, Action<RecordingArray> Break)
{
    /// <summary>The plug-in, where the wrong is in its descriptor.</summary>
    public PluginBlueprint? Plugin { get; init; }

    /// <summary>How it is registered.</summary>
    public StorageType StorageType { get; init; } = StorageType.SAN;

    public override string ToString() => $"{Clause}: {Wrong}";
}
