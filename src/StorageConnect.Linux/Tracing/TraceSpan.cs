using System.Diagnostics;

namespace StorageConnect.Linux.Tracing;

/// <summary>Something that takes time. Its line is written, with the duration, when it is disposed of.</summary>
public readonly struct TraceSpan : IDisposable
{
    private readonly Activity? _activity;

    internal TraceSpan(Activity? activity) => _activity = activity;

    /// <summary>Adds the result to the line: "iscsiadm -m session: exit code 21".</summary>
    /// <param name="result">The result. A secret is never part of it.</param>
    public void End(TraceText result)
    {
        if (_activity is not null && !result.IsEmpty)
        {
            _activity.DisplayName += $": {result}";
        }
    }

    /// <summary>Writes the line.</summary>
    public void Dispose() => _activity?.Dispose();
}
