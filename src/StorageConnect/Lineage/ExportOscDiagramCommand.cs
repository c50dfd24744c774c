using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Draws arrays with their pools, elements, copies, access groups and hosts, as Mermaid text.</summary>
[Cmdlet(VerbsData.Export, "OscDiagram", DefaultParameterSetName = ServerSet, SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(string))]
public sealed class ExportOscDiagramCommand : OscServerQueryCmdlet
{
    private readonly MermaidDiagram _diagram = new();
    private readonly HashSet<string> _drawn = [];

    /// <summary>The servers to draw, by name, Uuid or object. All registered ones when left out.</summary>
    [Parameter(ParameterSetName = ServerSet)]
    [Chooses<StorageServerIdentity>]
    [Alias("StorageServerUuid", "StorageServerName")]
    [ArgumentCompleter(typeof(StorageServerCompleter))]
    public override StorageServerIdentity[]? StorageServer { get; set; }

    /// <summary>The file to write; without it the text goes to the pipeline.</summary>
    [Parameter(Position = 0)]
    [OneValue]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>Don't overwrite an existing file.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    private protected override void Query(StorageArray array)
    {
        if (!_drawn.Contains(array.Uuid))
        {
            var groups = Run(token => array.GetAccessGroupsAsync(null, token));
            _diagram.Add(array.Server, Stream(array.GetAllAsync), groups);
            _drawn.Add(array.Uuid);
        }
    }

    private protected override void End()
    {
        // An existing file is not replaced by an empty diagram.
        if (WasRefused || _drawn.Count == 0)
        {
            return;
        }

        if (Path is null)
        {
            WriteObject(_diagram.ToString());
            return;
        }

        var file = GetUnresolvedProviderPathFromPSPath(Path);
        if (IsWhatIf && NoClobber && File.Exists(file))
        {
            throw CommandErrors.DiagramNotWritten(file, new IOException($"The file '{file}' already exists."));
        }

        if (ShouldProcess(file, "Write diagram"))
        {
            Write(file);
        }
    }

    private void Write(string file)
    {
        try
        {
            using var stream = new FileStream(file, NoClobber ? FileMode.CreateNew : FileMode.Create);
            using var writer = new StreamWriter(stream);
            _diagram.WriteTo(writer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CommandErrors.DiagramNotWritten(file, e);
        }
    }
}
