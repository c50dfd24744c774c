namespace StorageConnect.Benchmarks;

/// <summary>The median of several measurements, with the least and the most of them.</summary>
internal sealed record Spread(double Median, double Least, double Most)
{
    public static Spread Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return new(sorted[sorted.Length / 2], sorted[0], sorted[^1]);
    }

    /// <summary>Of the time with one size to that with another: 1 where it grows with the number.</summary>
    public static double Exponent((int Size, double Time) small, (int Size, double Time) large) =>
        Math.Log(large.Time / small.Time) / Math.Log((double)large.Size / small.Size);

    public override string ToString() => double.IsNaN(Median) ? "" : FormattableString.Invariant($"{Shown(Median)} ({Shown(Least)}-{Shown(Most)})");

    private static string Shown(double value) => value.ToString(value < 10 ? "0.00" : "0", System.Globalization.CultureInfo.InvariantCulture);
}
