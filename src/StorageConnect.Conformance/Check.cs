using System.Text.RegularExpressions;
using StorageConnect.Engine.Plugins;

namespace StorageConnect.Conformance;

/// <summary>A clause is broken.</summary>
internal sealed class ClauseFailedException(string expected, string seen) : Exception($"Expected: {expected}. Seen: {seen}.")
{
    public string Expected { get; } = expected;

    public string Seen { get; } = seen;
}

/// <summary>A clause can't be checked here.</summary>
internal sealed class ClauseSkippedException(string reason) : Exception(reason);

/// <summary>The guide is kept, and something usual is missing.</summary>
internal sealed class ClauseAdvisedException(string advice) : Exception(advice);

/// <summary>What clauses claim of what they see.</summary>
internal static partial class Check
{
    public static void That(bool kept, string expected, object? seen)
    {
        Observations.Add();
        if (!kept)
        {
            throw new ClauseFailedException(expected, Show(seen));
        }
    }

    /// <summary>What the clause demands has happened, and there is nothing to compare: a call that had to succeed or could be refused.</summary>
    public static void Happened() => Observations.Add();

    /// <summary>Something usual, which the guide doesn't demand.</summary>
    /// <param name="found">It is there.</param>
    /// <param name="advice">What is missing, what that means for users, and what to do.</param>
    public static void Usual(bool found, string advice)
    {
        Observations.Add();
        if (!found)
        {
            throw new ClauseAdvisedException(advice);
        }
    }

    /// <summary>The same of each item. Without an item nothing was seen.</summary>
    public static void Each<T>(IEnumerable<T> items, Func<T, bool> kept, string expected, Func<T, object?> show)
    {
        foreach (var item in items)
        {
            That(kept(item), expected, show(item));
        }
    }

    public static void Equal<T>(T expected, T seen, string what) =>
        That(EqualityComparer<T>.Default.Equals(expected, seen), $"{what}: {Show(expected)}", seen);

    /// <summary>The identity on its array.</summary>
    public static void IsUuid(StorageElement element) =>
        That(element.Uuid.Length == 32 && element.Uuid.All(char.IsAsciiHexDigitLower),
            $"an identity of '{element.Name}' of 32 lower-case hex digits", element.Uuid);

    /// <summary>The identity that hosts see.</summary>
    public static void IsPage83Id(StorageElement element) =>
        That(Page83Form().IsMatch(element.Page83Id),
            $"a page 0x83 id of '{element.Name}' as multipath-tools writes it, such as 3600a09803830...", element.Page83Id);

    /// <summary>Every ability key is told, and has a value that it can have.</summary>
    public static void AllKeysSet(Capabilities ability, string source)
    {
        Equal(null, DescriptorRules.FindAbilityProblem(ability, source), "what is wrong with a value");
        var missing = Enum.GetValues<AbilityKey>().Where(key => ability[key] == Ability.Invalid).Select(key => key.ToString()).ToList();
        That(missing.Count == 0, $"{source} tells every key", $"nothing for {string.Join(", ", missing)}");
    }

    /// <summary>The same items, in any order, each once.</summary>
    public static void Same(IEnumerable<string> expected, IEnumerable<string> seen, string what)
    {
        var (one, other) = (expected.Order(StringComparer.Ordinal).ToList(), seen.Order(StringComparer.Ordinal).ToList());
        That(one.SequenceEqual(other), $"{what}: {Show(one)}", other);
    }

    public static void Contains(StorageElement element, IEnumerable<StorageElement> all, string where) =>
        That(all.Any(other => other.Uuid == element.Uuid), $"'{element.Name}' {where}", "it isn't there");

    public static void Lacks(StorageElement element, IEnumerable<StorageElement> all, string where) =>
        That(all.All(other => other.Uuid != element.Uuid), $"'{element.Name}' not {where}", "it is there");

    /// <summary>What stays of an element whatever is done to others. A value that the plug-in didn't tell before isn't compared.</summary>
    public static void Unchanged(StorageElement before, StorageElement after)
    {
        var different = Fields(before).Zip(Fields(after))
            .Where(pair => pair.First.Value is not null && !Equals(pair.First.Value, pair.Second.Value))
            .Select(pair => (pair.First.Name, Before: pair.First.Value, After: pair.Second.Value))
            .ToList();
        That(
            different.Count == 0,
            $"'{before.Name}' as it was: {string.Join(", ", different.Select(field => $"{field.Name} {Show(field.Before)}"))}",
            string.Join(", ", different.Select(field => $"{field.Name} {Show(field.After)}")));
    }

    /// <summary>Two calls report the same element: a value that only one of them reports is a difference, too.</summary>
    public static void TheSame(StorageElement info, StorageElement told, string method)
    {
        var different = Fields(info).Zip(Fields(told)).Where(pair => !Equals(pair.First.Value, pair.Second.Value)).ToList();
        That(
            different.Count == 0,
            $"'{info.Name}' in the answer of {method} as getInfo tells it: {string.Join(", ", different.Select(pair =>
                $"{pair.First.Name} {Show(pair.First.Value)}"))}",
            string.Join(", ", different.Select(pair => $"{pair.Second.Name} {Show(pair.Second.Value)}")));
    }

    /// <summary>The call fails with this error, and tells why.</summary>
    public static Task<StorageConnectException> RefusedAsync<T>(Func<Task> call, string what)
        where T : StorageConnectException => RefusedAsync(call, what, typeof(T));

    /// <summary>The call fails with one of these errors, and tells why.</summary>
    public static async Task<StorageConnectException> RefusedAsync(Func<Task> call, string what, params Type[] errors)
    {
        var expected = $"{what} is refused with {string.Join(" or ", errors.Select(NameOf))}";
        try
        {
            await call();
        }
        catch (StorageConnectException e) when (errors.Any(type => type.IsInstanceOfType(e)))
        {
            That(e.Message.Length > 0, $"{expected}, and a message", "an error without a message");
            return e;
        }
        catch (StorageConnectException e)
        {
            throw new ClauseFailedException(expected, Show(e));
        }

        throw new ClauseFailedException(expected, "it was done");
    }

    /// <summary>How errors and values look in a report.</summary>
    public static string Show(object? value) => value switch
    {
        null => "nothing",
        StorageConnectException e => $"{NameOf(e.GetType())} ({e.ErrorId}): {e.Message}",
        Exception e => $"{e.GetType().Name}: {e.Message}",
        string text => $"'{text}'",
        StorageElement element => $"'{element.Name}' ({element.Uuid})",
        IEnumerable<string> texts => texts.Any() ? string.Join(", ", texts.Select(text => $"'{text}'")) : "none",
        // To the last digit: two times may differ in that alone.
        DateTimeOffset time => time.ToString("O", System.Globalization.CultureInfo.InvariantCulture),
        IFormattable number => number.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static (string Name, object? Value)[] Fields(StorageElement element) =>
    [
        ("Uuid", element.Uuid), ("Name", element.Name), ("Type", element.Type), ("SizeBytes", element.SizeBytes), ("Page83Id", element.Page83Id),
        ("Qos", element.Qos), ("State", element.State), ("VolumeGroupName", element.VolumeGroupName), ("ThinProvisioned", element.ThinProvisioned),
        ("CreatedAt", element.CreatedAt?.ToUniversalTime()), ("AccessGroupNames", Sorted(element.AccessGroupNames)), ("SourceUuids",
            Sorted(element.SourceUuids)),
    ];

    private static string Sorted(IEnumerable<string> texts) => string.Join(", ", texts.Order(StringComparer.Ordinal));

    private static string NameOf(Type error) =>
        error == typeof(StorageConnectException) ? "an error" : error.Name.Replace("Exception", "", StringComparison.Ordinal);

    // Type 3 is NAA, type 2 EUI-64; the others hold text of the vendor's.
    [GeneratedRegex("^(3([0-9a-f]{16}|[0-9a-f]{32})|2([0-9a-f]{16}|[0-9a-f]{24}|[0-9a-f]{32})|[018]\\S+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Page83Form();
}
