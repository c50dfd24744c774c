namespace StorageConnect.Engine.Results;

/// <summary>
/// Replaces characters that can't be displayed in the texts of a result, and drops impossible figures. Values that callers rely on are not repaired but
/// refused by <see cref="ResultValidation"/>. A result that needs no repair is returned as it is.
/// </summary>
internal static class ResultRepair
{
    [Rule(5, "Texts in results reach users without control characters and within bounds.", "Class methods")]
    public static T Clean<T>(T result) => result switch
    {
        StorageElement element => (T)(object)Clean(element),
        StorageServer server => (T)(object)Clean(server),
        string text => (T)(object)UntrustedText.CleanText(text),
        IReadOnlyList<StorageElement> elements => (T)CleanList(elements, Clean),
        IReadOnlyList<QosValue> values => (T)CleanList(values, Clean),
        _ => result,
    };

    public static StorageElement Clean(StorageElement element)
    {
        if (IsClean(element))
        {
            return element;
        }

        return element with
        {
            Name = UntrustedText.CleanLine(element.Name),
            VolumeGroupName = Line(element.VolumeGroupName),
            Qos = Line(element.Qos),
            Status = Text(element.Status),
            ExtraInfo = Text(element.ExtraInfo),
            AccessGroupNames = Lines(element.AccessGroupNames),
            DevicePaths = Lines(element.DevicePaths),
            SourceNames = Lines(element.SourceNames),
            SourceSizes = element.SourceSizes ?? [],
            UsedBytes = Figure(element.UsedBytes),
            UniqueBytes = Figure(element.UniqueBytes),
            AsyncProgress = element.AsyncProgress is { } progress ? Math.Clamp(progress, -1, 100) : null,
        };
    }

    private static bool IsClean(StorageElement element) =>
        UntrustedText.IsCleanLine(element.Name)
        && IsCleanLine(element.VolumeGroupName)
        && IsCleanLine(element.Qos)
        && IsCleanLine(element.Status)
        && IsCleanLine(element.ExtraInfo)
        && ResultValidation.AreClean(element.AccessGroupNames)
        && ResultValidation.AreClean(element.DevicePaths)
        && element.SourceNames is not null
        && element.SourceSizes is not null
        && ResultValidation.AreClean(element.SourceNames)
        && element.UsedBytes is null or >= 0
        && element.UniqueBytes is null or >= 0
        && element.AsyncProgress is null or (>= -1 and <= 100);

    private static StorageServer Clean(StorageServer server) => server with
    {
        VolumeGroups = Lines(server.VolumeGroups),
        Status = Text(server.Status),
        Description = Text(server.Description),
        TotalBytes = Figure(server.TotalBytes),
        UsedBytes = Figure(server.UsedBytes),
        FreeBytes = Figure(server.FreeBytes),
        AllocatedBytes = Figure(server.AllocatedBytes),
    };

    private static QosValue Clean(QosValue value) => value with
    {
        Name = UntrustedText.CleanLine(value.Name),
        Description = UntrustedText.CleanText(value.Description),
    };

    private static IReadOnlyList<T> CleanList<T>(IReadOnlyList<T> items, Func<T, T> clean)
    {
        T[]? cleaned = null;
        for (var i = 0; i < items.Count; i++)
        {
            var item = clean(items[i]);
            if (!ReferenceEquals(item, items[i]))
            {
                cleaned ??= [.. items];
                cleaned[i] = item;
            }
        }

        return cleaned ?? items;
    }

    private static ValueList<string> Lines(ValueList<string>? texts) =>
        texts is null ? [] : ResultValidation.AreClean(texts) ? texts : texts.Select(UntrustedText.CleanLine).ToValueList();

    private static bool IsCleanLine(string? text) => text is null || UntrustedText.IsCleanLine(text);

    private static string? Line(string? text) => text is null ? null : UntrustedText.CleanLine(text);

    private static string? Text(string? text) => text is null ? null : UntrustedText.CleanText(text);

    private static long? Figure(long? bytes) => bytes < 0 ? null : bytes;
}
