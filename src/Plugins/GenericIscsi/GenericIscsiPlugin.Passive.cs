namespace StorageConnect.Plugins.GenericIscsi;

/// <content>What only an array's management could do: the base class answers, and here is why.</content>
public sealed partial class GenericIscsiPlugin
{
    /// <summary>What is presented to everyone stays so; there is nobody else.</summary>
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
            Recommendation = "Do it with the array's own tools, then Update-OscHostStorage; or register the array with a plug-in made for it (Get-OscPlugin).",
        };
}
