namespace StorageConnect.Plugins.GenericIscsi;

/// <content>Operations that need an array's management: the base class refuses them, with the reason given here.</content>
public sealed partial class GenericIscsiPlugin
{
    /// <summary>Every element is presented to every initiator that the target admits.</summary>
    public override Task<StorageElement> StartPresentAsync(StorageServer server, StorageElement element, IReadOnlyList<string> accessGroupNames,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        ArgumentNullException.ThrowIfNull(element);
        return accessGroupNames.All(name => name == GroupName)
            ? Task.FromResult(Require(server, element))
            : throw Unsupported(server, GuideMethod.StartPresent);
    }

    protected override NoSuchOperationException Unsupported(StorageServer server, string method) =>
        new($"The array '{server?.Name}' can't {GuideMethod.ToWords(method)} from here: it is used as a plain iSCSI target, which has no management interface.")
        {
            ErrorId = "PassiveArray",
            Element = server?.Name,
            Recommendation = "Use the array's own tools, then Update-OscHostStorage; or register the array with a plug-in for it (Get-OscPlugin).",
        };
}
