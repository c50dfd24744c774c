using System.Management.Automation;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>A session with a Local array named 'lab' whose pool lies between things that nobody may touch.</summary>
public sealed class HostilePool : IDisposable
{
    private readonly TemporaryFolder _outside = new();
    private readonly string _untouched;

    public HostilePool()
    {
        Directory.CreateDirectory(Pool);
        Directory.CreateDirectory(_outside["etc"]);
        foreach (var file in new[] { _outside["x"], _outside["b"], _outside["etc", "passwd"] })
        {
            File.WriteAllText(file, "not yours");
        }

        _untouched = Outside();
        Run(
            "$null = $ExecutionContext.SessionState.Path.SetLocation($pool); Register-OscStorageServer -Name lab -Plugin Local -StorageType SAN -ExtraInfo " +
                "\"Pool=$pool\"; New-OscStorageElement -Name source -Size 64KB; Disable-OscStorageElement source");
    }

    public ModuleSession Session { get; } = new();

    public string Pool => _outside["pool"];

    /// <summary>Runs a script with <c>$text</c>, and <c>$literal</c> as Get cmdlets take it; nothing outside the pool may have changed.</summary>
    public ModuleSession.Outcome Invoke(string script, string? text = null)
    {
        var outcome = Session.Invoke(
            "$ConfirmPreference = 'None'; " + script,
            ("text", text), ("literal", text is null ? null : WildcardPattern.Escape(text)), ("pool", Pool));
        Assert.Equal(_untouched, Outside());
        return outcome;
    }

    /// <summary>Runs a script that must not fail.</summary>
    public IReadOnlyList<object> Run(string script, string? text = null)
    {
        var outcome = Invoke(script, text);
        Assert.True(outcome.Errors.Count == 0, RecordingSession.Describe(outcome.Errors));
        return [.. outcome.Output.Select(item => item.BaseObject)];
    }

    /// <summary>Runs a script that must be refused with one error that says what to do.</summary>
    public ErrorRecord Refuse(string script, string text) => AssertClear(Assert.Single(Invoke(script, text).Errors));

    /// <summary>An error of the engine's with a way out, or one with which PowerShell itself refuses the argument or path.</summary>
    public static ErrorRecord AssertClear(ErrorRecord error)
    {
        var isPowerShells = error.Exception is ParameterBindingException or SessionStateException;
        Assert.True(isPowerShells || error.Exception is StorageConnectException, $"{error.Exception.GetType()}: {error}");
        Assert.NotEqual(ErrorCategory.NotSpecified, error.CategoryInfo.Category);
        Assert.True(isPowerShells || error.ErrorDetails?.RecommendedAction is { Length: > 0 }, $"{error} must say what to do.");
        return error;
    }

    public void Dispose()
    {
        Session.Dispose();
        _outside.Dispose();
    }

    /// <summary>All files and folders around the pool, with their content.</summary>
    private string Outside() => string.Join(
        "; ",
        Directory.EnumerateFileSystemEntries(_outside.Path, "*", SearchOption.AllDirectories)
            .Where(path => !path.StartsWith(Pool + "/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(path => $"{path} {(File.Exists(path) ? File.ReadAllText(path) : "")}"));
}
