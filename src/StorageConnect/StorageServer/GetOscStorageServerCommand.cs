using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Shows the registered servers as last seen, or with -Refresh as they are now (guide: getInfo).</summary>
[Cmdlet(VerbsCommon.Get, "OscStorageServer")]
[OutputType(typeof(StorageServer))]
public sealed class GetOscStorageServerCommand : OscCmdlet
{
    /// <summary>Names, wildcards allowed; Uuids too.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("StorageServerUuid", "StorageServerName")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(StorageServerCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Ask each array, and keep what it tells.</summary>
    [Parameter]
    public SwitchParameter Refresh { get; set; }

    private protected override void Process()
    {
        var all = Engine.GetServers();
        foreach (var filter in NameFilter.From(Name))
        {
            var found = all.Where(server => filter.Literal is { } literal
                ? string.Equals(server.Name, literal, StringComparison.OrdinalIgnoreCase) || server.Uuid == literal
                : filter.Matches(server.Name)).ToList();
            if (found.Count == 0 && filter.Literal is { } missed)
            {
                Try(missed, () => Engine.GetArray(missed));
            }

            foreach (var server in found)
            {
                Try(server.Name, () => WriteObject(Refresh ? Run(token => Engine.RefreshAsync(server.Uuid, token)) : server));
            }
        }
    }
}
