using System.Collections.ObjectModel;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>
/// A PowerShell session with the staged module, settings and plug-in folders of its own. Where they are is said by environment variables of this process,
/// so classes that use sessions are in one collection and run one after the other; other tests neither read them nor hand them on.
/// </summary>
public sealed class ModuleSession : IDisposable
{
    private readonly UserFolders _folders;
    private readonly Runspace _runspace;

    /// <summary>Opens a session.</summary>
    /// <param name="host">Where to show things; null shows them nowhere.</param>
    public ModuleSession(PSHost? host = null)
    {
        Host = host;
        _folders = new(Folder);
        var state = InitialSessionState.CreateDefault2();
        state.ThrowOnRunspaceOpenError = true;
        state.ImportPSModule([StagedModule.Manifest]);

        _runspace = host is null ? RunspaceFactory.CreateRunspace(state) : RunspaceFactory.CreateRunspace(host, state);
        _runspace.Open();
    }

    public PSHost? Host { get; }

    public TemporaryFolder Folder { get; } = new();

    /// <summary>Where a user's own plug-ins go in this session.</summary>
    public string UserPlugins => Path.Combine(Folder.Path, "xdg_data_home", "storage-connect", "plugins");

    /// <summary>Runs a script; errors are collected, not thrown.</summary>
    public Outcome Invoke(string script, params (string Name, object? Value)[] variables)
    {
        foreach (var (name, value) in variables)
        {
            _runspace.SessionStateProxy.SetVariable(name, value);
        }

        using var shell = PowerShell.Create(_runspace);
        shell.AddScript(script);
        var output = new Collection<PSObject>();
        var errors = new List<ErrorRecord>();
        try
        {
            output = shell.Invoke();
        }
        catch (RuntimeException e)
        {
            errors.Add(e.ErrorRecord);
        }

        return new(output, [.. shell.Streams.Error, .. errors], [.. shell.Streams.Progress], [.. shell.Streams.Warning]);
    }

    /// <summary>Runs a script and stops it, as Ctrl+C does, once something has happened.</summary>
    public async Task StopAsync(string script, Task when, params (string Name, object? Value)[] variables)
    {
        foreach (var (name, value) in variables)
        {
            _runspace.SessionStateProxy.SetVariable(name, value);
        }

        using var shell = PowerShell.Create(_runspace);
        shell.AddScript(script);
        var running = shell.InvokeAsync();
        await when;
        await Task.Factory.FromAsync(shell.BeginStop(null, null), shell.EndStop);
        await Assert.ThrowsAsync<PipelineStoppedException>(() => running);
    }

    /// <summary>Runs a script that must not fail, and returns what it wrote.</summary>
    public IReadOnlyList<T> Get<T>(string script, params (string Name, object? Value)[] variables)
    {
        return [.. Invoke(script, variables).Succeeds().Select(item => Assert.IsType<T>(item))];
    }

    public void Dispose()
    {
        _runspace.Dispose();
        _folders.Dispose();
        Folder.Dispose();
    }

    public sealed record Outcome(
        IReadOnlyList<PSObject> Output,
        IReadOnlyList<ErrorRecord> Errors,
        IReadOnlyList<ProgressRecord> Progress,
        IReadOnlyList<WarningRecord> Warnings)
    {
        /// <summary>The one error there must be, with the id before the comma.</summary>
        public ErrorRecord Error(string id)
        {
            var error = Assert.Single(Errors);
            Assert.Equal(id, error.FullyQualifiedErrorId.Split(',')[0]);
            return error;
        }

        /// <summary>The one error there must be, with all that a script and a person need of it.</summary>
        public ErrorRecord Tells(string id, ErrorCategory category, object target, string wayOut)
        {
            var error = Error(id);
            Assert.Equal(category, error.CategoryInfo.Category);
            Assert.Equal(target, error.TargetObject);
            Assert.Contains(wayOut, error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
            return error;
        }

        /// <summary>What was written, when nothing went wrong.</summary>
        public IReadOnlyList<object> Succeeds()
        {
            Assert.True(Errors.Count == 0, RecordingSession.Describe(Errors));
            return [.. Output.Select(item => item.BaseObject)];
        }
    }
}

[CollectionDefinition(Name)]
public sealed class ModuleSessions
{
    public const string Name = "module sessions";
}
