using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace StorageConnect.Linux.Tracing;

/// <summary>The text of a line. An interpolated one is built only when there is a listener.</summary>
[InterpolatedStringHandler]
public readonly struct TraceText
{
    private readonly StringBuilder? _text;

    /// <summary>Begins an interpolated text.</summary>
    /// <param name="literalLength">Characters outside the holes.</param>
    /// <param name="formattedCount">Number of holes.</param>
    /// <param name="isListened">Whether the text is needed.</param>
    public TraceText(int literalLength, int formattedCount, out bool isListened)
    {
        isListened = Tracer.IsOn;
        _text = isListened ? new(literalLength + (formattedCount * 16)) : null;
    }

    /// <summary>True without a listener.</summary>
    public bool IsEmpty => _text is null;

    /// <summary>Appends fixed text.</summary>
    public void AppendLiteral(string value) => _text!.Append(value);

    /// <summary>Appends a value.</summary>
    public void AppendFormatted<T>(T value) => _text!.Append(CultureInfo.InvariantCulture, $"{value}");

    /// <summary>Appends a value in a format.</summary>
    public void AppendFormatted<T>(T value, string? format) =>
        _text!.Append((value as IFormattable)?.ToString(format, CultureInfo.InvariantCulture) ?? value?.ToString());

    /// <inheritdoc/>
    public override string ToString() => _text?.ToString() ?? "";
}
