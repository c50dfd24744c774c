using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>A cmdlet that works on each given operation.</summary>
public abstract class OperationCmdlet : OscCmdlet
{
    /// <summary>The operations, as objects or by Id.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("Id")]
    [Chooses<OscOperationIdentity>]
    [ArgumentCompleter(typeof(OperationCompleter))]
    public OscOperationIdentity[] InputObject { get; set; } = [];

    private protected override void Process()
    {
        foreach (var identity in InputObject)
        {
            Try(identity.Record ?? (object)identity.Key, () => Process(identity));
        }
    }

    private protected abstract void Process(OscOperationIdentity identity);

    /// <summary>"Cloning db01-test (lab)" where the record is known, for prompts; else the Id.</summary>
    private protected static string Describe(OscOperationIdentity identity) =>
        identity.Record is { } known ? $"{identity.Key}: {Describe(known)}" : identity.Key;
}
