using System.Management.Automation;
using System.Management.Automation.Host;
using System.Reflection;
using System.Threading.Channels;
using StorageConnect.Engine;
using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Errors;

namespace StorageConnect.Commands;

/// <summary>
/// The base of all cmdlets: the engine, cancellation, error translation, and work on other threads while only the pipeline's own thread
/// writes.
/// </summary>
public abstract partial class OscCmdlet : PSCmdlet, IDisposable
{
    private static readonly string[] VerbsOfNames = [VerbsCommon.Get, VerbsCommon.New, VerbsCommon.Remove, VerbsData.Update];

    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<string> _missingGroups = [];
    private readonly HashSet<(string Array, string Name)> _promisedElements = [];
    private readonly HashSet<(string Array, string Name)> _promisedGroups = [];
    private TraceOutput? _trace;

    // The last work on another thread.
    private Task _last = Task.CompletedTask;

    // The target of the running Try.
    private object? _tried;

    private protected static StorageEngine Engine => ModuleEngine.Current;

    /// <summary>True in a cmdlet that accepts a row with nothing but a name as the object of that name.</summary>
    private protected bool NamesItsThing => VerbsOfNames.Contains(GetType().GetCustomAttribute<CmdletAttribute>()!.VerbName);

    /// <summary>True when a piped object was refused: work that needs the whole input is not done then.</summary>
    private protected bool WasRefused { get; private set; }

    /// <summary>True after the first error.</summary>
    private protected bool HasFailed { get; private set; }

    /// <summary>Cancelled by Ctrl+C, and when the pipeline stops reading.</summary>
    private protected CancellationToken StopToken => _stop.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        CleanUp();
        StopChanges();
        _trace?.Dispose();
        _stop.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    protected sealed override void StopProcessing() => _stop.Cancel();

    /// <inheritdoc/>
    protected sealed override void BeginProcessing()
    {
        // At this point arguments and defaults are bound, but no pipeline input.
        if (RefusedInput.Find(this) is { } refusal)
        {
            ThrowTerminatingError(ErrorTranslation.ToErrorRecord(refusal, null));
        }

        _trace = TraceOutput.For(this);
        Traced(Begin);
    }

    /// <inheritdoc/>
    protected sealed override void ProcessRecord() => Traced(() => Try(null, () =>
    {
        if (RefusedInput.Find(this) is { } refusal)
        {
            WasRefused = true;
            throw refusal;
        }

        Process();
    }));

    /// <inheritdoc/>
    protected sealed override void EndProcessing() => Traced(() =>
    {
        FinishChanges();
        Try(null, End);
    });

    private protected virtual void Begin()
    {
    }

    private protected virtual void Process()
    {
    }

    private protected virtual void End()
    {
    }

    /// <summary>Releases the command's resources, however it ends. Nothing can be written any more.</summary>
    private protected virtual void CleanUp()
    {
    }

    /// <summary>Does what was confirmed already, where the command collects several changes.</summary>
    private protected virtual void ChangeConfirmed()
    {
    }

    /// <summary>Runs <paramref name="action"/>; a failure is an error about <paramref name="target"/>, and the next item follows.</summary>
    private protected void Try(object? target, Action action)
    {
        var outer = _tried;
        _tried = target;
        try
        {
            action();
        }
        catch (StorageConnectException e)
        {
            WriteError(e, target);
        }
        finally
        {
            _tried = outer;
        }
    }

    /// <summary>
    /// Confirms a change, by -Confirm and -WhatIf. Where no prompt can be shown, the command ends with an error that names the alternatives.
    /// </summary>
    private protected new bool ShouldProcess(string target, string action)
    {
        try
        {
            return base.ShouldProcess(target, action);
        }
        catch (Exception e) when (e is PSInvalidOperationException or HostException or RemoteException
            or NullReferenceException) // the console's answer at the end of its input, as under cron
        {
            ThrowTerminatingError(ErrorTranslation.ToErrorRecord(CommandErrors.ConfirmationNeeded(target, action, e), target));
            throw;
        }
    }

    private protected bool IsWhatIf =>
        LanguagePrimitives.IsTrue(MyInvocation.BoundParameters.GetValueOrDefault("WhatIf") ?? GetVariableValue("WhatIfPreference"));

    /// <summary>Confirms a change of an array. With -WhatIf a change that would be refused is an error.</summary>
    private protected bool ShouldChange(StorageArray array, string target, string action, Func<CancellationToken, Task> change, ChangeNeeds? needs = null)
    {
        if (IsWhatIf)
        {
            Run(token => array.CheckAsync(change, needs ?? new(), token));
            CheckPromises(array, needs);
        }

        return ShouldProcess(target, action);
    }

    /// <summary>A name that this command has promised to one new object is taken for the next.</summary>
    private void CheckPromises(StorageArray array, ChangeNeeds? needs)
    {
        if (needs?.NewElement is { } element && !_promisedElements.Add((array.Uuid, element)))
        {
            throw ElementErrors.StorageElementExists(element, array.Name);
        }

        if (needs?.NewAccessGroup is { } group && !_promisedGroups.Add((array.Uuid, group)))
        {
            throw AccessGroupErrors.AccessGroupExists(group, array.Name);
        }
    }

    /// <summary>The target of errors for an identity: its record, else its name.</summary>
    private protected static object TargetOf(RecordIdentity identity) =>
        identity is StorageElementIdentity { Record: { } element } ? element : identity.ToString();

    /// <summary>"name (server)", as prompts and progress show it.</summary>
    private protected static string Describe(string name, StorageArray array) => $"{name} ({array.Name})";

    /// <summary>
    /// Writes an error. A missing access group is one error about the group, not one per element. What was begun or confirmed before is done first: with the
    /// error action Stop the command ends with the error.
    /// </summary>
    private protected void WriteError(StorageConnectException error, object? target)
    {
        HasFailed = true;
        FinishChanges();
        ChangeConfirmed();
        var isGroup = error.ErrorId == nameof(AccessGroupErrors.AccessGroupNotFound) && error.Element is not null;
        if (!isGroup || _missingGroups.Add(error.Message))
        {
            WriteError(ErrorTranslation.ToErrorRecord(error, isGroup ? error.Element : target));
        }
    }

    /// <summary>
    /// Waits for work on another thread. Ctrl+C ends the wait at once, even when a plug-in ignores the token; a cmdlet that changes something ends a little
    /// later, when the last work has ended, too.
    /// </summary>
    private protected T Run<T>(Func<CancellationToken, Task<T>> work)
    {
        try
        {
            var underWay = Task.Run(() => work(_stop.Token), _stop.Token);
            _last = underWay;
            _trace?.Follow(underWay, _stop.Token);
            return underWay.WaitAsync(_stop.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
    }

    private protected void Run(Func<CancellationToken, Task> work) => Run(async token =>
    {
        await work(token);
        return true;
    });

    /// <summary>Streams items as they arrive, with a bounded buffer.</summary>
    private protected IEnumerable<T> Stream<T>(Func<CancellationToken, IAsyncEnumerable<T>> source)
    {
        const int underWay = 1024;
        var channel = Channel.CreateBounded<T>(new BoundedChannelOptions(underWay) { SingleReader = true, SingleWriter = true });
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        // It never throws: errors come out of the channel.
        _ = Task.Run(() => ProduceAsync(source, channel.Writer, abandon.Token));
        try
        {
            while (Run(token => channel.Reader.WaitToReadAsync(token).AsTask()))
            {
                while (channel.Reader.TryRead(out var item))
                {
                    yield return item;
                }
            }
        }
        finally
        {
            // Also when the pipeline stops reading (Select-Object -First 1).
            abandon.Cancel();
        }
    }

    private void Traced(Action work)
    {
        if (_trace is null)
        {
            work();
        }
        else
        {
            _trace.Run(work);
        }
    }

    private static async Task ProduceAsync<T>(Func<CancellationToken, IAsyncEnumerable<T>> source, ChannelWriter<T> writer, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var item in source(cancellationToken).WithCancellation(cancellationToken))
            {
                await writer.WriteAsync(item, cancellationToken);
            }

            writer.Complete();
        }
#pragma warning disable CA1031 // Whatever it is, the reader throws it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            writer.Complete(e);
        }
    }
}
