using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Finds the iSCSI targets of arrays that this host can reach (guide: discover), and stores them for Connect-OscTarget.</summary>
[Cmdlet(VerbsCommon.Find, "OscTarget", DefaultParameterSetName = ServerSet)]
[OutputType(typeof(IscsiTarget))]
public sealed class FindOscTargetCommand : OscServerQueryCmdlet
{
    private protected override void Query(StorageArray array)
    {
        // Without a name, servers of other storage types are skipped; a named one is queried.
        if (Servers is not null || array.Server.StorageType == StorageType.iSCSI)
        {
            var errors = new List<StorageConnectException>();
            var found = Run(token => Engine.DiscoverAsync(array.Uuid, errors.Add, token));

            // Usable targets come first: an error may end the command.
            WriteObject(found.IscsiTargets, enumerateCollection: true);
            errors.ForEach(error => WriteError(error, array.Server));
        }
    }
}
