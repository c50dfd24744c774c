using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Shows the registered servers as last stored, or with -Refresh as they are now (guide: getInfo).</summary>
[Cmdlet(VerbsCommon.Get, "OscStorageServer")]
[OutputType(typeof(StorageServer))]
public sealed class GetOscStorageServerCommand : OscCmdlet
{
    /// <summary>Names, wildcards allowed; Uuids too.</summary>
    [Parameter(Position = 0)]
    [ChoosesNames(Of = nameof(StorageServer), Property = nameof(StorageServer.Uuid))]
    [Alias("StorageServer", "StorageServerUuid", "StorageServerName", "Uuid")]
    [SupportsWildcards]
    [ArgumentCompleter(typeof(StorageServerCompleter))]
    public string[]? Name { get; set; }

    /// <summary>Servers to read again, any records, for the server that each is on, or names of servers.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ChoosesServerOf]
    public StorageServerIdentity[]? InputObject { get; set; }

    /// <summary>Query each array, and store the result.</summary>
    [Parameter]
    public SwitchParameter Refresh { get; set; }

    private protected override void Process()
    {
        var all = Engine.GetServers();
        var damaged = Engine.GetDamagedServers();
        var filters = InputObject is null
            ? NamePattern.From(Name)
            : [.. InputObject.Select(input => input.IsText ? new NamePattern(input.Key) : NamePattern.Exactly(input.Key))];
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var filter in filters)
        {
            var found = all.Where(server => Matches(filter, server)).ToList();
            if (found.Count == 0 && filter.Literal is { } missed)
            {
                Try(missed, () => Engine.GetArray(missed));
            }

            foreach (var damage in damaged.Where(damage => filter.Literal is null && filter.Matches(damage.Element!)))
            {
                WriteError(damage, damage.Element);
            }

            // Names may overlap, as in 'lab, l*'. A piped record is its server each time.
            foreach (var server in found.Where(server => InputObject is not null || written.Add(server.Uuid)))
            {
                Try(server.Name, () =>
                {
                    if (IsNamed(server))
                    {
                        WriteObject(Refresh ? Run(token => Engine.RefreshAsync(server.Uuid, token)) : server);
                    }
                });
            }
        }
    }

    private static bool Matches(NamePattern filter, StorageServer server) => filter.Literal is { } literal
        ? string.Equals(server.Name, literal, StringComparison.OrdinalIgnoreCase) || server.Uuid == literal
        : filter.Matches(server.Name);

    /// <summary>Whether -Name, which narrows what is piped, includes a server. Names without wildcards that are all those of others are an error.</summary>
    private bool IsNamed(StorageServer server)
    {
        if (InputObject is null || Name is null || IsFromDefaults(nameof(Name), [.. Name.Select(name => new StorageServerIdentity(name))]))
        {
            return true;
        }

        var filters = NamePattern.From(Name);
        return filters.Any(filter => Matches(filter, server))
            || (filters.All(filter => filter.Literal is not null) ? throw CommandErrors.StorageServerConflict(server.Name, server.Name, Name) : false);
    }
}
