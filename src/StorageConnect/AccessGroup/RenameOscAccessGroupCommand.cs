using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Gives an access group another name (guide: renameAccessGroup). Presentations stay.</summary>
[Cmdlet(VerbsCommon.Rename, "OscAccessGroup", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(AccessGroup))]
public sealed class RenameOscAccessGroupCommand : OscServerCmdlet
{
    /// <summary>The group, as an object or by name.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Chooses<AccessGroupIdentity>(One = true)]
    [Alias("AccessGroup", "InputObject")]
    [ArgumentCompleter(typeof(AccessGroupCompleter))]
    public AccessGroupIdentity Name { get; set; } = null!;

    /// <summary>The name it gets.</summary>
    [Parameter(Mandatory = true, Position = 1)]
    [OneValue]
    public string NewName { get; set; } = "";

    /// <summary>Return the group under its new name.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process() => Try(Name.Key, () =>
    {
        var array = ArrayOf(Name);
        if (ShouldChange(array, Describe(Name.Key, array), $"Rename access group to {NewName}",
            token => array.RenameAccessGroupAsync(Name.Key, NewName, token), new() { NewAccessGroup = NewName }))
        {
            var renamed = Run(token => array.RenameAccessGroupAsync(Name.Key, NewName, token));
            if (PassThru)
            {
                WriteObject(renamed);
            }
        }
    });
}
