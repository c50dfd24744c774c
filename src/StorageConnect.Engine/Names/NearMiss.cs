namespace StorageConnect.Engine.Names;

/// <summary>The suggestion for a misspelt name: equal except for case, or one letter different.</summary>
public static class NearMiss
{
    /// <summary>Finds the one known name that is nearest, or null when none or several are near.</summary>
    public static string? Find(string name, IEnumerable<string> known)
    {
        var near = new HashSet<string>(StringComparer.Ordinal);
        foreach (var other in known)
        {
            if (string.Equals(other, name, StringComparison.OrdinalIgnoreCase))
            {
                return other;
            }

            // In names of one or two letters, one letter is too much of a difference.
            if (name.Length > 2 && IsOneLetterAway(name, other))
            {
                near.Add(other);
            }
        }

        return near.Count == 1 ? near.Single() : null;
    }

    /// <summary>True when one letter was inserted, omitted, replaced, or exchanged with its neighbour.</summary>
    private static bool IsOneLetterAway(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 1)
        {
            return false;
        }

        var start = a.AsSpan().CommonPrefixLength(b);
        var restA = a.AsSpan(start);
        var restB = b.AsSpan(start);
        return restA.Length == 0 || restB.Length == 0
            || restA[1..].SequenceEqual(restB[1..])
            || restA[1..].SequenceEqual(restB)
            || restA.SequenceEqual(restB[1..])
            || (restA.Length > 1 && restB.Length > 1 && restA[0] == restB[1] && restA[1] == restB[0] && restA[2..].SequenceEqual(restB[2..]));
    }
}
