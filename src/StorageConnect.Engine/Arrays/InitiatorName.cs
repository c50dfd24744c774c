namespace StorageConnect.Engine.Arrays;

/// <summary>Compares initiators as arrays do: WWNs with or without colons, and all of them in either case.</summary>
internal static class InitiatorName
{
    public static bool Same(string one, string other) => string.Equals(Plain(one), Plain(other), StringComparison.OrdinalIgnoreCase);

    // In an IQN the colon has meaning; in a WWN it is decoration.
    private static string Plain(string name) =>
        name.StartsWith("iqn.", StringComparison.OrdinalIgnoreCase) ? name : name.Replace(":", "", StringComparison.Ordinal);
}
