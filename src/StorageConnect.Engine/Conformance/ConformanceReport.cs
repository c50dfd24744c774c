using StorageConnect.Engine.Conformance;

namespace StorageConnect.Engine;

/// <summary>Writes results to a file: JUnit XML (<c>.xml</c>) for build servers, Markdown (<c>.md</c>) for people.</summary>
public static class ConformanceReport
{
    /// <summary>Checks that a report can be written there, before anything is tested.</summary>
    /// <exception cref="InvalidRequestException">It is neither an .xml nor an .md file, or its folder isn't there.</exception>
    public static void Check(string path)
    {
        if (FormatOf(path) is null)
        {
            throw new InvalidRequestException($"A report is a .xml or an .md file; '{Path.GetFileName(path)}' is neither.")
            {
                ErrorId = "ReportFormatUnknown",
                Element = path,
                Recommendation = "End the path with .xml for JUnit XML or with .md for Markdown.",
            };
        }

        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
        {
            throw new InvalidRequestException($"The folder '{folder}' for the report isn't there.")
            {
                ErrorId = "ReportFolderNotFound",
                Element = path,
                Recommendation = "Create the folder, or choose another path.",
            };
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
            throw new InvalidRequestException($"The report '{path}' can't be written: {e.Message}", e)
            {
                ErrorId = "ReportNotWritten",
                Element = path,
                Recommendation = "Choose a path that you may write to.",
            };
        }
    }

    private static Func<IReadOnlyList<OscConformanceResult>, string>? FormatOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".XML" => JUnitReport.Format,
        ".MD" => MarkdownReport.Format,
        _ => null,
    };
}
