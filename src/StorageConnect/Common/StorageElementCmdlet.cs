using System.Management.Automation;
using StorageConnect.Engine;

namespace StorageConnect.Commands;

/// <summary>A cmdlet that does something with each LUN or clone it is given.</summary>
public abstract class StorageElementCmdlet : OscServerCmdlet
{
    /// <summary>The elements, as objects or by name or Uuid.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [Alias("StorageElement")]
    [ValidateNotNullOrEmpty]
    [ArgumentCompleter(typeof(StorageElementCompleter))]
    public StorageElementIdentity[] InputObject { get; set; } = [];

    private protected sealed override void Process()
    {
        ForEach(InputObject, identity => Try(identity.Record ?? (object)identity.ToString(), () =>
        {
            var array = ArrayOf(identity);
            Process(array, Run(token => array.FindElementAsync(identity, token)));
        }));
    }

    private protected abstract void Process(StorageArray array, StorageElement element);
}
