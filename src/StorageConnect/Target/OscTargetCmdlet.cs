using System.Management.Automation;
using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Errors;

namespace StorageConnect.Commands;

/// <summary>
/// A cmdlet that logs this host in or out. It acts after all input, on each target with all its portals at once: which paths a device keeps
/// can only be determined for all of them.
/// </summary>
public abstract class OscTargetCmdlet : OscServerCmdlet
{
    private readonly List<(StorageArray Array, IscsiTarget Target)> _targets = [];

    /// <summary>The targets, by name or as Find-OscTarget found them; by default all that were found on the server.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [Chooses<IscsiTargetIdentity>]
    [Alias("TargetName", "InputObject")]
    [ArgumentCompleter(typeof(TargetCompleter))]
    public IscsiTargetIdentity[]? Target { get; set; }

    /// <summary>The access contexts to use, of those of the server; by default all. Sessions through the others are left alone.</summary>
    [Parameter]
    [ChoosesContexts]
    public AccessContext[]? AccessContext { get; set; }

    /// <summary>Return the targets as they are afterwards.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected sealed override void Process()
    {
        if (Target is null)
        {
            Add(Array, Array.GetTargets());
            return;
        }

        foreach (var identity in Target)
        {
            Try(identity.ToString(), () =>
            {
                var array = ArrayOf(identity);
                var known = array.GetTargets().Where(target => target.TargetName == identity.Key
                    && (identity.Portal is null || target.Portal == identity.Portal)).ToList();
                Add(array, known.Count > 0 ? known : [new IscsiTarget { TargetName = identity.Key, Portal = identity.Portal ?? "any portal" }]);
            });
        }
    }

    private protected sealed override void End()
    {
        foreach (var group in _targets.Distinct().GroupBy(item => (item.Array, item.Target.TargetName)))
        {
            var targets = group.Select(item => item.Target).ToList();
            var what = $"{group.Key.TargetName} at {string.Join(", ", targets.Select(target => target.Portal))} ({group.Key.Array.Name})";
            Try(group.Key.TargetName, () =>
            {
                var warnings = new List<string>();
                Task<IReadOnlyList<IscsiTarget>> ChangeAsync(CancellationToken token) =>
                    ActAsync(group.Key.Array, targets, ChooseContexts(group.Key.Array), warnings.Add, token);

                if (!ShouldChange(group.Key.Array, what, Action, ChangeAsync))
                {
                    return;
                }

                try
                {
                    var now = Run(ChangeAsync);
                    if (PassThru)
                    {
                        WriteObject(now, enumerateCollection: true);
                    }
                }
                finally
                {
                    warnings.ForEach(WriteWarning);
                }
            });
        }
    }

    /// <summary>The action, for confirmations.</summary>
    private protected abstract string Action { get; }

    private protected abstract Task<IReadOnlyList<IscsiTarget>> ActAsync(
        StorageArray array,
        IReadOnlyList<IscsiTarget> targets,
        IReadOnlyList<AccessContext>? contexts,
        Action<string> warn,
        CancellationToken cancellationToken);

    /// <summary>The access contexts to use; null for the server's own.</summary>
    private protected virtual IReadOnlyList<AccessContext>? ChooseContexts(StorageArray array) => AccessContext;

    private void Add(StorageArray array, IEnumerable<IscsiTarget> targets)
    {
        var before = _targets.Count;
        _targets.AddRange(targets.Select(target => (array, target)));
        if (_targets.Count == before)
        {
            throw TargetErrors.TargetNotDiscovered(array.Name);
        }
    }
}
