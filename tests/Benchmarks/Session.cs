using System.Diagnostics;
using System.Management.Automation.Runspaces;

namespace StorageConnect.Benchmarks;

/// <summary>A PowerShell session with the module, and settings of its own.</summary>
internal sealed class Session : IDisposable
{
    private readonly string _settings = Directory.CreateTempSubdirectory("storage-connect-settings-").FullName;
    private readonly Runspace _runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());

    public Session()
    {
        foreach (var variable in new[] { "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME" })
        {
            Environment.SetEnvironmentVariable(variable, _settings);
        }

        _runspace.Open();
        Invoke($"Import-Module '{Path.Combine(Staged.Module, "StorageConnect.psd1")}' -ErrorAction Stop; $ErrorActionPreference = 'Stop'");
    }

    /// <summary>Runs a script; the first error is thrown.</summary>
    public void Invoke(string script)
    {
        using var pipeline = _runspace.CreatePipeline(script);
        pipeline.Invoke();
        if (pipeline.Error.Count > 0)
        {
            throw new InvalidOperationException(pipeline.Error.Read().ToString());
        }
    }

    /// <summary>Runs a script, and tells how many milliseconds it took.</summary>
    public double Time(string script)
    {
        var clock = Stopwatch.StartNew();
        Invoke(script);
        return clock.Elapsed.TotalMilliseconds;
    }

    public void Dispose()
    {
        _runspace.Dispose();
        Directory.Delete(_settings, recursive: true);
    }
}
