

namespace StorageConnect.Conformance;

/// <summary>Writes results to a file: JUnit XML (<c>.xml</c>) for build servers, Markdown (<c>.md</c>) for people.</summary>
public static class ConformanceReport
{
    /// <summary>Checks that a report can be written there, before anything is tested.</summary>
    /// <exception cref="InvalidRequestException">It is neither an .xml nor an .md file, or its folder isn't there.</exception>
    public static void Check(string path)
    {
        if (FormatOf(path) is null)
        {
            throw ConformanceErrors.ReportFormatUnknown(path);
        }

        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
        {
            throw ConformanceErrors.ReportFolderNotFound(path, folder);
        }
    }

    /// <summary>Writes the report, in place of a file that is there.</summary>
    /// <exception cref="InvalidRequestException">It can't be written.</exception>
    public static void Write(string path, IReadOnlyList<OscConformanceResult> results)
    {
        Check(path);
        try
        {
            File.WriteAllText(path, FormatOf(path)!(results));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw ConformanceErrors.ReportNotWritten(path, e);
        }
    }

    private static Func<IReadOnlyList<OscConformanceResult>, string>? FormatOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".XML" => JUnitReport.Format,
        ".MD" => MarkdownReport.Format,
        _ => null,
    };
}
