using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Creates an access context: a host at which to log in to an array's iSCSI targets.</summary>
[Cmdlet(VerbsCommon.New, "OscAccessContext")]
[OutputType(typeof(AccessContext))]
public sealed class NewOscAccessContextCommand : OscCmdlet
{
    /// <summary>Host name or IP address, with the port after a colon or without.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [OneValue]
    [ValidateNotNullOrEmpty]
    public string HostName { get; set; } = "";

    /// <summary>TCP port, 1 to 65535.</summary>
    [Parameter]
    [ValidateRange(1, 65535)]
    public int Port { get; set; } = AccessContext.DefaultPort;

    /// <summary>User and secret with which this host authenticates to the target.</summary>
    [Parameter]
    [Credential]
    public PSCredential? ChapCredential { get; set; }

    /// <summary>User and secret with which the target authenticates to this host.</summary>
    [Parameter]
    [Credential]
    public PSCredential? MutualChapCredential { get; set; }

    /// <summary>The network device to log in through.</summary>
    [Parameter]
    [OneValue]
    public string? NetDevice { get; set; }

    private protected override void Process() => Try(HostName, () =>
    {
        var (host, port) = LoginHost.Parse(HostName);
        if (port is not null && port != Port && MyInvocation.BoundParameters.ContainsKey(nameof(Port)))
        {
            throw CommandErrors.HostNameInvalid(HostName, $"its port is {port}, and -Port is {Port}");
        }

        if (MutualChapCredential is not null && ChapCredential is null)
        {
            throw CommandErrors.ChapCredentialNeeded(HostName);
        }

        ChapSecretLength.Warn(this, ChapCredential, MutualChapCredential);
        WriteObject(new AccessContext
        {
            Host = host,
            Port = port ?? Port,
            ChapUser = ChapCredential?.UserName,
            MutualChapUser = MutualChapCredential?.UserName,
            NetDevice = NetDevice,
        }.WithSecrets(
            ChapCredential is null ? null : Secret.From(ChapCredential.Password),
            MutualChapCredential is null ? null : Secret.From(MutualChapCredential.Password)));
    });
}
