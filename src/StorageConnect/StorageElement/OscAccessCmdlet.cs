using System.Management.Automation;
using StorageConnect.Engine;

namespace StorageConnect.Commands;

/// <summary>What granting and revoking share.</summary>
public abstract class OscAccessCmdlet : StorageElementCmdlet
{
    /// <summary>The access groups, as objects or by name.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(AccessGroupCompleter))]
    public AccessGroupIdentity[] AccessGroup { get; set; } = [];

    /// <summary>Return the element with the groups it is now presented to.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected abstract string Action { get; }

    private protected sealed override void Process(StorageArray array, StorageElement element)
    {
        var groups = AccessGroup.Select(group => group.Key).Distinct().ToList();
        if (AccessGroup.FirstOrDefault(group => group.ServerUuid is { } uuid && uuid != array.Uuid) is { } foreign)
        {
            throw CommandErrors.AccessGroupOnOtherServer(foreign.ToString(), element.Name, array.Name);
        }

        if (ShouldProcess(Describe(element.Name, array), $"{Action} {string.Join(", ", groups)}"))
        {
            var changed = Run(token => ChangeAsync(array, element, groups, token));
            if (PassThru)
            {
                WriteObject(changed);
            }
        }
    }

    private protected abstract Task<StorageElement> ChangeAsync(StorageArray array, StorageElement element, IReadOnlyList<string> groups, CancellationToken cancellationToken);
}
