namespace StorageConnect.Conformance;

/// <summary>
/// Counts what a clause compares. A clause that ends without a comparison (an empty list, for example) proves nothing: it is skipped, not passed.
/// </summary>
internal sealed class Observations
{
    // The clause's own tasks count too: they inherit the reference.
    private static readonly AsyncLocal<Observations?> Current = new();
    private int _count;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Counts from here on, in the calls that the caller makes.</summary>
    public static Observations Begin() => Current.Value = new();

    public static void Add()
    {
        if (Current.Value is { } observations)
        {
            Interlocked.Increment(ref observations._count);
        }
    }
}
