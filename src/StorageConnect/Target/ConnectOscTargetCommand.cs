using System.Management.Automation;
using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Errors;

namespace StorageConnect.Commands;

/// <summary>Logs this host in to iSCSI targets, and scans for their LUNs (guide: start).</summary>
[Cmdlet(VerbsCommunications.Connect, "OscTarget", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(IscsiTarget))]
public sealed class ConnectOscTargetCommand : OscTargetCmdlet
{
    /// <summary>User and secret with which this host authenticates, in place of those of the access contexts, for this command.</summary>
    [Parameter]
    [Credential]
    public PSCredential? ChapCredential { get; set; }

    /// <summary>User and secret with which the target authenticates to this host, likewise.</summary>
    [Parameter]
    [Credential]
    public PSCredential? MutualChapCredential { get; set; }

    /// <summary>The network device to log in through, likewise.</summary>
    [Parameter]
    [OneValue]
    [Alias("NetworkDevice")]
    public string? NetDevice { get; set; }

    private protected override void Begin() => ChapSecretLength.Warn(this, ChapCredential, MutualChapCredential);

    private protected override string Action => "Log in to iSCSI target";

    private protected override Task<IReadOnlyList<IscsiTarget>> ActAsync(
        StorageArray array,
        IReadOnlyList<IscsiTarget> targets,
        IReadOnlyList<AccessContext>? contexts,
        Action<string> warn,
        CancellationToken cancellationToken) =>
        array.StartAsync(targets, contexts, warn, cancellationToken);

    private protected override IReadOnlyList<AccessContext>? ChooseContexts(StorageArray array) =>
        ChapCredential is null && MutualChapCredential is null && NetDevice is null ? AccessContext
            : AccessContext is null && array.Server is { StorageType: StorageType.iSCSI, AccessContexts.Count: 0 }
                ? throw TargetErrors.AccessContextNeeded(array.Name)
            : [.. (AccessContext ?? (IReadOnlyList<AccessContext>)array.Server.AccessContexts).Select(Change)];

    private AccessContext Change(AccessContext context) => (context with
    {
        ChapUser = ChapCredential?.UserName ?? context.ChapUser,
        MutualChapUser = MutualChapCredential?.UserName ?? context.MutualChapUser,
        NetDevice = NetDevice ?? context.NetDevice,
    }).WithSecrets(
        ChapCredential is null ? context.GetChapSecret() : Secret.From(ChapCredential.Password),
        MutualChapCredential is null ? context.GetMutualChapSecret() : Secret.From(MutualChapCredential.Password));
}
