using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Registers an array: validates the input with the plug-in, and stores it for this user.</summary>
[Cmdlet(VerbsLifecycle.Register, "OscStorageServer", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(StorageServer))]
public sealed class RegisterOscStorageServerCommand : OscCmdlet
{
    /// <summary>Your name for the array.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [OneValue]
    public string Name { get; set; } = "";

    /// <summary>The plug-in, by its name or class name.</summary>
    [Parameter(Mandatory = true)]
    [ChoosesNames(One = true, Of = nameof(OscPlugin))]
    [ArgumentCompleter(typeof(PluginCompleter))]
    public string Plugin { get; set; } = "";

    /// <summary>How hosts reach its elements.</summary>
    [Parameter(Mandatory = true)]
    public StorageType StorageType { get; set; }

    /// <summary>Hosts to log in at, from New-OscAccessContext.</summary>
    [Parameter]
    [ChoosesContexts]
    public AccessContext[] AccessContext { get; set; } = [];

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

    /// <summary>Network devices to reach the targets through.</summary>
    [Parameter]
    [ChoosesNames]
    public string[] NetDevice { get; set; } = [];

    /// <summary>Keep the secrets in a file that only you can read. Without it they are kept for this process only.</summary>
    [Parameter]
    public SwitchParameter SaveCredential { get; set; }

    private protected override void Process() => Try(Name, () =>
    {
        Engine.CheckServerName(Name);
        var draft = new StorageServer
        {
            Name = Name,
            StorageType = StorageType,
            AccessContexts = AccessContext.ToValueList(),
            AdminHost = AdminHost,
            AdminUser = Credential?.UserName,
            StorageName = StorageName,
            ExtraInfo = ExtraInfo,
            NetDevices = NetDevice.ToValueList(),
            Chap = AccessContext.Any(context => context.ChapUser is not null),
        }.WithAdminSecret(Credential is null ? null : Secret.From(Credential.Password));
        if (IsWhatIf)
        {
            Run(token => Task.Run(() => Engine.CheckRegistration(draft, Plugin), token));
        }

        if (!ShouldProcess(Name, $"Register storage server with plug-in {Plugin}"))
        {
            return;
        }

        var server = Run(token => Engine.RegisterAsync(draft, Plugin, SaveCredential, token));
        if (Engine.GetServers().FirstOrDefault(
            other => other.Uuid != server.Uuid && other.PluginName == server.PluginName && server.ArrayId is { } id && other.ArrayId == id) is { } same)
        {
            WriteWarning($"'{server.Name}' is the same array as '{same.Name}', which is registered already: its elements are listed under both.");
        }

        WriteObject(server);
    });
}
