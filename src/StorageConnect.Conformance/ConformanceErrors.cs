using static StorageConnect.Engine.Errors.ErrorTexts;

namespace StorageConnect.Conformance;

/// <summary>Errors about testing plug-ins. Each method's name is the id.</summary>
internal static class ConformanceErrors
{
    public static NotFoundException ClauseNotFound(string word, IEnumerable<string> tags) => new(Text([word, string.Join(", ", tags)])) { Element = word };

    public static InvalidRequestException ReportFormatUnknown(string path) => new(Text([path])) { Element = path };

    public static InvalidRequestException ReportFolderNotFound(string path, string folder) => new(Text([path, folder])) { Element = path };

    public static InvalidRequestException ReportNotWritten(string path, Exception inner) => new(Text([path, inner.Message]), inner) { Element = path };
}
