using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>A cmdlet that creates something on a server. Names can be piped, rows with the values of its parameters, or the server.</summary>
public abstract class NewCmdlet : OscServerCmdlet
{
    private bool _isNameTyped;

    /// <summary>The server, by name, Uuid or object. Optional when one is registered, or when the input has its server.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Chooses<StorageServerIdentity>(One = true)]
    [Alias("StorageServerUuid", "StorageServerName")]
    [ArgumentCompleter(typeof(StorageServerCompleter))]
    public override StorageServerIdentity? StorageServer { get; set; }

    /// <summary>From the pipeline: the server, names, or rows with the values of the parameters.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ChoosesRow]
    [Alias("Server")]
    public PipedRow? InputObject { get; set; }

    /// <summary>
    /// The array to create it on. A row's server takes precedence over a default of the parameter; PowerShell would ignore the row's value.
    /// </summary>
    private protected StorageArray Target => InputObject switch
    {
        { IsServer: true } when !_isNameTyped => throw CommandErrors.WrongInput("Name", InputObject.Description, "a name as text"),
        { IsServer: true, Server: { } given } => OwnArray(given, given, StorageServer is null ? null : [StorageServer]),
        { Server: { } own } when StorageServer is null || IsFromDefaults(nameof(StorageServer), [StorageServer]) => Engine.GetArray(own),
        _ => Array,
    };

    private protected sealed override void Begin() => _isNameTyped = MyInvocation.BoundParameters.ContainsKey("Name");
}
