using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Changes a registered server. What isn't given stays; the result is validated like a new one.</summary>
[Cmdlet(VerbsCommon.Set, "OscStorageServer", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium, DefaultParameterSetName = NameSet)]
[OutputType(typeof(StorageServer))]
public sealed class SetOscStorageServerCommand : OscCmdlet
{
    private const string NameSet = "Name";
    private const string PipedSet = "Piped";

    /// <summary>The server, by name, Uuid or object.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = NameSet)]
    [Parameter(ParameterSetName = PipedSet)]
    [Chooses<StorageServerIdentity>(One = true)]
    [Alias("StorageServerUuid", "StorageServerName", "Name")]
    [ArgumentCompleter(typeof(StorageServerCompleter))]
    public StorageServerIdentity? StorageServer { get; set; }

    /// <summary>The server, from the pipeline. It takes precedence over a default of -StorageServer.</summary>
    [Parameter(Mandatory = true, ParameterSetName = PipedSet, ValueFromPipeline = true)]
    [Chooses<StorageServerIdentity>(One = true, RefusesNamedRows = true)]
    public StorageServerIdentity? InputObject { get; set; }

    /// <summary>The name it gets.</summary>
    [Parameter]
    [OneValue]
    public string? NewName { get; set; }

    /// <summary>The hosts to log in at, in place of those it has; an empty list for none.</summary>
    [Parameter]
    [ChoosesContexts(AllowsNone = true)]
    public AccessContext[]? AccessContext { get; set; }

    /// <summary>The address of the array's management.</summary>
    [Parameter]
    [OneValue]
    public string? AdminHost { get; set; }

    /// <summary>The management user and password.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>Which of the arrays behind a concentrator.</summary>
    [Parameter]
    [OneValue]
    public string? StorageName { get; set; }

    /// <summary>Text for the plug-in, in the format of its help (Get-OscPlugin).</summary>
    [Parameter]
    [OneValue]
    [ArgumentCompleter(typeof(ExtraInfoCompleter))]
    public string? ExtraInfo { get; set; }

    /// <summary>Network devices to reach the targets through, in place of those it has; an empty list for none.</summary>
    [Parameter]
    [ChoosesNames(AllowsNone = true)]
    public string[]? NetDevice { get; set; }

    /// <summary>
    /// Keep the secrets in a file that only you can read. With -SaveCredential:$false saved ones are deleted and kept for this process only.
    /// </summary>
    [Parameter]
    public SwitchParameter SaveCredential { get; set; }

    /// <summary>Return the changed server.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private StorageServerIdentity Server => InputObject ?? StorageServer!;

    private protected override void Process() => Try(Server.ToString(), () =>
    {
        var array = InputObject is null ? Engine.GetArray(Server.Key)
            : OwnArray(Server.ToString(), Server.Key, StorageServer is null ? null : [StorageServer]);
        if (IsWhatIf)
        {
            Run(token => Task.Run(() => Engine.CheckChange(array.Uuid, Change), token));
        }

        if (!ShouldProcess(array.Name, "Change storage server"))
        {
            return;
        }

        bool? save = MyInvocation.BoundParameters.ContainsKey(nameof(SaveCredential)) ? SaveCredential : null;
        var changed = Run(token => Engine.ChangeAsync(array.Uuid, Change, save, token));
        if (PassThru)
        {
            WriteObject(changed);
        }
    });

    private StorageServer Change(StorageServer server)
    {
        var contexts = AccessContext?.ToValueList() ?? server.AccessContexts;
        return (server with
        {
            Name = NewName ?? server.Name,
            AccessContexts = contexts,
            AdminHost = AdminHost ?? server.AdminHost,
            AdminUser = Credential?.UserName ?? server.AdminUser,
            StorageName = StorageName ?? server.StorageName,
            ExtraInfo = ExtraInfo ?? server.ExtraInfo,
            NetDevices = NetDevice?.ToValueList() ?? server.NetDevices,
            Chap = contexts.Any(context => context.ChapUser is not null),
        }).WithAdminSecret(Credential is null ? server.GetAdminSecret() : Secret.From(Credential.Password));
    }
}
