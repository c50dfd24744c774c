using System.Management.Automation;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <summary>Completes records, including device paths on this host (guide: updateSERecords). One call per server, at the end.</summary>
[Cmdlet(VerbsData.Update, "OscStorageElement", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Low)]
[OutputType(typeof(StorageElement))]
public sealed class UpdateOscStorageElementCommand : StorageElementCmdlet
{
    private readonly Dictionary<StorageArray, List<StorageElement>> _batches = [];

    /// <summary>Also return elements of the same servers that were not given.</summary>
    [Parameter]
    public SwitchParameter IncludeNew { get; set; }

    private protected override void Process(StorageArray array, StorageElement element)
    {
        if (!_batches.TryGetValue(array, out var batch))
        {
            _batches.Add(array, batch = []);
        }

        batch.Add(element);
    }

    private void Complete(StorageArray array, List<StorageElement> elements)
    {
        var missing = new List<(StorageElement Element, NotFoundException Error)>();
        try
        {
            WriteUpdated(array, elements);
        }
        catch (NotFoundException)
        {
            // The call is for all of them: it is made for those that are left.
            var left = elements.Where(element => IsThere(array, element, missing)).ToList();
            if (missing.Count == 0)
            {
                throw;
            }

            WriteUpdated(array, left);
        }

        foreach (var (element, error) in missing)
        {
            WriteError(error, element);
        }
    }

    private void WriteUpdated(StorageArray array, List<StorageElement> elements) =>
        WriteObject(Run(token => array.UpdateStorageElementsAsync(elements, IncludeNew, token)), enumerateCollection: true);

    private bool IsThere(StorageArray array, StorageElement element, List<(StorageElement Element, NotFoundException Error)> missing)
    {
        try
        {
            Run(token => array.GetInfoAsync(element, token));
            return true;
        }
        catch (NotFoundException e)
        {
            missing.Add((element, e));
            return false;
        }
    }

    private static async Task CheckAllAsync(StorageArray array, IEnumerable<StorageElement> elements, CancellationToken cancellationToken)
    {
        foreach (var element in elements)
        {
            await array.GetInfoAsync(element, cancellationToken);
        }
    }

    private protected override void End()
    {
        foreach (var (array, batch) in _batches)
        {
            Try(array.Server, () =>
            {
                var names = string.Join(", ", batch.Select(element => element.Name));
                if (ShouldChange(array, Describe(names, array), "Complete the records, and bring the array's export in line with them",
                    token => CheckAllAsync(array, batch, token)))
                {
                    Complete(array, batch);
                }
            });
        }
    }
}
