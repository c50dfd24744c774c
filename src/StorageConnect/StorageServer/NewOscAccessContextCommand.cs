using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Makes an access context: a host at which to log in to an array's iSCSI targets.</summary>
[Cmdlet(VerbsCommon.New, "OscAccessContext")]
[OutputType(typeof(AccessContext))]
public sealed class NewOscAccessContextCommand : OscCmdlet
{
    /// <summary>Host name or IP address.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string HostName { get; set; } = "";

    /// <summary>TCP port, 1 to 65535.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int Port { get; set; } = AccessContext.DefaultPort;

    /// <summary>User and secret with which this host proves itself to the target.</summary>
    [Parameter]
    [Credential]
    public PSCredential? ChapCredential { get; set; }

    /// <summary>User and secret with which the target proves itself to this host.</summary>
    [Parameter]
    [Credential]
    public PSCredential? MutualChapCredential { get; set; }

    /// <summary>The network device to log in through.</summary>
    [Parameter]
    public string? NetDevice { get; set; }

    private protected override void Process()
    {
        if (MutualChapCredential is not null && ChapCredential is null)
        {
            WriteError(CommandErrors.ChapCredentialNeeded(HostName), HostName);
            return;
        }

        WriteObject(new AccessContext
        {
            Host = HostName,
            Port = Port,
            ChapUser = ChapCredential?.UserName,
            MutualChapUser = MutualChapCredential?.UserName,
            NetDevice = NetDevice,
        }.WithSecrets(
            ChapCredential is null ? null : Secret.From(ChapCredential.Password),
            MutualChapCredential is null ? null : Secret.From(MutualChapCredential.Password)));
    }
}
