using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Results;

namespace StorageConnect.Conformance;

/// <summary>Finds out clause by clause whether a plug-in, with the array behind it, keeps the guide. It leaves nothing behind, however it ends.</summary>
public sealed partial class ConformanceRun : IDisposable
{
    private readonly ConformanceSession _session;
    private readonly IReadOnlyList<Clause> _clauses;
    private readonly Dictionary<(string Expected, Type Error, string Message), string> _causes = [];
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Prepares a run on a registered server. Nothing is called before <see cref="RunAsync"/>.</summary>
    /// <param name="engine">The engine that has the server.</param>
    /// <param name="server">The server's name or Uuid.</param>
    /// <param name="options">Which clauses, and how.</param>
    /// <exception cref="NotFoundException">There is no such server, or no such clause.</exception>
    public ConformanceRun(StorageEngine engine, string server, ConformanceOptions options)
    {
        ArgumentNullException.ThrowIfNull(engine);
        ArgumentNullException.ThrowIfNull(options);
        _clauses = ClauseChoice.Choose(options.Include, options.Exclude);
        _session = new(engine.GetPluginUnderTest(server), options);
    }

    /// <summary>How many clauses there are to check or to skip.</summary>
    public int Count => _clauses.Count;

    /// <summary>Names of what earlier runs had left on the array, and this one has removed.</summary>
    public IReadOnlyList<string> Leftovers { get; private set; } = [];

    /// <summary>Names of what this run could not remove. There when the run is over.</summary>
    public IReadOnlyList<string> Remains { get; private set; } = [];

    /// <summary>Done when the run is over and has cleaned up after itself, even when its caller has gone.</summary>
    public Task Completion => _completion.Task;

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    /// <summary>Checks the clauses one after the other. To be called once.</summary>
    /// <param name="cancellationToken">Ends the run after the clause under way was cleaned up.</param>
    public async IAsyncEnumerable<OscConformanceResult> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            if (_session.Options.Destructive)
            {
                await RemoveLeftoversAsync(cancellationToken);
            }

            foreach (var clause in _clauses)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return await CheckAsync(clause, cancellationToken);
            }
        }
        finally
        {
            // Not with the caller's token: that may be what ended the run.
            if (_session.Options.Destructive)
            {
                Remains = Clean(await _session.Cleaner.SweepAsync(CancellationToken.None));
            }

            _completion.TrySetResult();
        }
    }

    private async Task RemoveLeftoversAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_session.Options.ClauseTimeLimit);
        try
        {
            await _session.Array.ValidateAsync(limit.Token);
        }
        catch (Exception e) when (e is StorageConnectException or OperationCanceledException)
        {
            // The clauses will say so.
            cancellationToken.ThrowIfCancellationRequested();
            return;
        }

        Leftovers = Clean(await _session.Cleaner.RemoveLeftoversAsync(cancellationToken));
    }

    private async Task<OscConformanceResult> CheckAsync(Clause clause, CancellationToken cancellationToken)
    {
        if (clause.Destructive && !_session.Options.Destructive)
        {
            return Result(clause, ConformanceOutcome.Skipped) with { Reason = "It makes, changes and removes things: say -Destructive." };
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_session.Options.ClauseTimeLimit);
        _session.Recorder.Reset();
        var clock = Stopwatch.StartNew();
        try
        {
            var result = await EndAsync(clause, new(_session, limit.Token), cancellationToken);
            return result with { Duration = clock.Elapsed };
        }
        finally
        {
            if (_session.Options.Destructive)
            {
                await _session.Cleaner.CleanAsync(CancellationToken.None);
            }
        }
    }

    private async Task<OscConformanceResult> EndAsync(Clause clause, ClauseContext context, CancellationToken cancellationToken)
    {
        try
        {
            // Twice the door's own grace: it leaves a silent plug-in behind, we leave a silent door behind.
            var observations = await Task.Run(() => CheckAsync(clause, context), CancellationToken.None)
                .WaitAsync(_session.Options.ClauseTimeLimit + (PluginCall.Grace * 2), CancellationToken.None);
            return observations > 0
                ? Result(clause, ConformanceOutcome.Passed) with { Observations = observations }
                : Result(clause, ConformanceOutcome.Skipped) with
                {
                    Reason = "There was nothing on the array, and in what the plug-in tells, by which it could be tested.",
                };
        }
        catch (ClauseSkippedException e)
        {
            return Result(clause, ConformanceOutcome.Skipped) with { Reason = Shown(e.Message) };
        }
        catch (ClauseAdvisedException e)
        {
            return Result(clause, ConformanceOutcome.Advised) with { Reason = Shown(e.Message) };
        }
        catch (ClauseFailedException e)
        {
            return Failed(clause, e.Expected, e.Seen);
        }
        catch (StorageConnectException e) when ((e is NoSuchOperationException && IsOptional(e.Method)) || (e is LimitExceededException && IsLimited(e.Method)))
        {
            return Result(clause, ConformanceOutcome.Skipped) with { Reason = Shown($"{e.Method}: {e.Message}") };
        }
        catch (Exception e) when (e is OperationCanceledException or TimeoutException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var silent = _session.Recorder.ReportTimeout();
            var seen = silent.Count > 0 ? $"no answer from {string.Join(", ", silent)}" : Check.Show(e);
            return Failed(clause, $"an end within {_session.Options.ClauseTimeLimit.TotalSeconds:0.###} seconds", seen);
        }
        catch (Exception e)
        {
            // Whatever it is, it is how this clause ended; the others go on.
            return FailedCall(clause, e);
        }
    }

    /// <returns>How many comparisons it made.</returns>
    private static async Task<int> CheckAsync(Clause clause, ClauseContext context)
    {
        var observations = Observations.Begin();
        foreach (var key in clause.Needs)
        {
            await context.RequireAsync(key);
        }

        if (clause.Lacks is { } lacking && await context.AbilityAsync(lacking) is var ability && ClauseContext.Can(ability))
        {
            throw ClauseContext.Skip($"The ability {lacking} is {ability}: there is nothing to refuse.");
        }

        await clause.RunAsync(context);
        return observations.Count;
    }

    /// <summary>
    /// Whether an array may have no such operation though no ability says so: an array may serve its elements always, and one whose identities belong to
    /// the presentation may have elements that no host can reach.
    /// </summary>
    private bool IsOptional(string? method) =>
        method is GuideMethod.Online or GuideMethod.Offline
        || (method is GuideMethod.StartPresent && _session.Plugin.Descriptor.IdentityFromPresentation);

    /// <summary>Where a presentation has an identity of its own, an array may have elements that it presents to one initiator at a time.</summary>
    private bool IsLimited(string? method) => method is GuideMethod.StartPresent && _session.Plugin.Descriptor.IdentityFromPresentation;

    /// <summary>What was seen is the plug-in's: clauses look at it before the engine has cleaned it.</summary>
    private OscConformanceResult Failed(Clause clause, string expected, string seen) => Result(clause, ConformanceOutcome.Failed) with
    {
        Expected = Shown(expected),
        Seen = Shown(seen),
    };

    /// <summary>A text for the report. One that shows a secret of the server's is kept out of it: reports are passed on.</summary>
    private string Shown(string text) => _session.Secrets.Shows(_session.Recorder.Server ?? _session.Entry.Server, text)
        ? "a text that shows a secret of the server's, and is left out here"
        : UntrustedText.CleanText(text);

    private static List<string> Clean(IReadOnlyList<string> names) => [.. names.Select(UntrustedText.CleanLine)];

    /// <summary>A call that fails in a clause that is about something else. Its text is told once: later clauses refer to the first.</summary>
    private OscConformanceResult FailedCall(Clause clause, Exception error)
    {
        var expected = error is StorageConnectException { Method: { } method } ? $"{method} succeeds" : "the calls succeed";
        var kind = (expected, error.GetType(), Numbers().Replace(error.Message, "#"));
        if (_causes.TryGetValue(kind, out var first))
        {
            return Failed(clause, expected,
                $"{error.GetType().Name.Replace("Exception", "", StringComparison.Ordinal)}, as in {first}") with
            { SameCauseAs = first };
        }

        _causes.Add(kind, clause.Number);
        return Failed(clause, expected, Check.Show(error));
    }

    // Names and identities differ from call to call of one cause.
    [GeneratedRegex("[0-9a-f]{6,}|[0-9]+", RegexOptions.CultureInvariant)]
    private static partial Regex Numbers();

    private OscConformanceResult Result(Clause clause, ConformanceOutcome outcome) => new()
    {
        Clause = clause.Number,
        Chapter = clause.Chapter,
        GuideSection = clause.GuideSection,
        Rule = clause.Rule,
        Text = clause.Text,
        Outcome = outcome,
        StorageServerName = _session.Entry.Server.Name,
        PluginName = _session.Plugin.Descriptor.Name,
        PluginVersion = _session.Plugin.Descriptor.Version,
        Fault = _session.Options.Fault,
    };
}
