using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;

namespace StorageConnect.Shell;

/// <summary>The one runspace of the shell: runs text and scripts in it, shows what they write, and stops them.</summary>
internal sealed class Session : IDisposable
{
    private readonly Runspace _runspace;
    private readonly Lock _gate = new();
    private Pipeline? _running;
    private int? _signalled;

    public Session(ShellHost host)
    {
        Host = host;
        _runspace = RunspaceFactory.CreateRunspace(host, InitialSessionState.CreateDefault2());
        _runspace.ThreadOptions = PSThreadOptions.ReuseThread;
        _runspace.Open();
        Runspace.DefaultRunspace = _runspace;
    }

    public ShellHost Host { get; }

    public Outcome Import(string manifest)
    {
        var import = new Command("Import-Module");
        import.Parameters.Add("Name", manifest);
        // A module that cannot be imported must end the shell, whatever kind of error says so.
        import.Parameters.Add("ErrorAction", ActionPreference.Stop);

        using var pipeline = _runspace.CreatePipeline();
        pipeline.Commands.Add(import);
        return Run(pipeline);
    }

    public Outcome RunFile(string path, IEnumerable<CommandParameter> parameters)
    {
        // In the global scope, as pwsh runs -File. A file of another name is text to the engine, and its "exit" is ours.
        var isScript = path.EndsWith(".ps1", StringComparison.OrdinalIgnoreCase);
        var script = new Command(isScript ? path : File.ReadAllText(path), isScript: !isScript, useLocalScope: false);
        foreach (var parameter in parameters)
        {
            script.Parameters.Add(parameter);
        }

        using var pipeline = _runspace.CreatePipeline();
        pipeline.Commands.Add(script);
        ScriptExit.EndsSession(_runspace);
        return Run(pipeline);
    }

    public Outcome RunText(string text)
    {
        // The engine's own error about an incomplete text does not say where.
        Parser.ParseInput(text, out _, out var errors);
        if (errors.Length > 0)
        {
            Report(new ParseException(errors));
            return Outcome.Failed;
        }

        // With history, or the engine takes the text for its own housekeeping and hides what became of "$?".
        using var pipeline = CreatePipeline(text, addToHistory: true);
        return Run(pipeline);
    }

    /// <summary>What a command returns, as text; nothing is shown, not even its errors.</summary>
    public string Evaluate(string command)
    {
        using var pipeline = CreatePipeline(command);
        try
        {
            return string.Concat(pipeline.Invoke());
        }
        catch (RuntimeException)
        {
            return string.Empty;
        }
    }

    /// <summary>Stops what runs now. False when nothing does.</summary>
    public bool Stop(int exitCode)
    {
        lock (_gate)
        {
            _signalled = exitCode;
            _running?.StopAsync();
            return _running is not null;
        }
    }

    /// <summary>The exit code of a shell whose only work ended like this.</summary>
    public int ExitCodeAfter(Outcome outcome)
    {
        if (Host.RequestedExitCode is { } requested)
        {
            return requested;
        }

        if (outcome != Outcome.Completed)
        {
            return outcome == Outcome.Stopped ? _signalled ?? ExitCode.Interrupted : ExitCode.Failure;
        }

        // Always true after a file, as in pwsh: only "exit" and a terminating error make a file fail.
        return _runspace.SessionStateProxy.GetVariable("?") is true ? ExitCode.Success : ExitCode.Failure;
    }

    public void Dispose() => _runspace.Dispose();

    private Pipeline CreatePipeline(string text, bool addToHistory = false) =>
        Host.IsNested ? _runspace.CreateNestedPipeline(text, addToHistory) : _runspace.CreatePipeline(text, addToHistory);

    private Outcome Run(Pipeline pipeline)
    {
        // Errors join the output, so that both are shown in the order in which they were written.
        pipeline.Commands[0].MergeMyResults(PipelineResultTypes.Error, PipelineResultTypes.Output);
        pipeline.Commands.Add(new Command("Out-Default", isScript: false, useLocalScope: true));

        Pipeline? outer;
        lock (_gate)
        {
            (outer, _running) = (_running, pipeline);
        }

        try
        {
            pipeline.Invoke();
            return pipeline.PipelineStateInfo.State == PipelineState.Stopped ? Outcome.Stopped : Outcome.Completed;
        }
        catch (PipelineStoppedException)
        {
            return Outcome.Stopped;
        }
        catch (RuntimeException problem)
        {
            Report(problem);
            return Outcome.Failed;
        }
        finally
        {
            lock (_gate)
            {
                _running = outer;
            }

            Host.Terminal.ClearProgress();
        }
    }

    /// <summary>Shows a terminating error through the engine's own view, on standard error.</summary>
    private void Report(RuntimeException problem)
    {
        using var pipeline = CreatePipeline("$input");
        pipeline.Commands.Add("Out-Default");
        using (Host.Terminal.WriteToError())
        {
            pipeline.Invoke(new[] { problem.ErrorRecord });
        }
    }
}
