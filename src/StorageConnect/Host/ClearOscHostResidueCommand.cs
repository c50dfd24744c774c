using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>
/// Clears residue that Get-OscHostResidue shows and that has existed for a while. Each is checked again right before; residue in use stays.
/// </summary>
[Cmdlet(VerbsCommon.Clear, "OscHostResidue", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(OscHostResidue))]
public sealed class ClearOscHostResidueCommand : OscCmdlet
{
    private const int QuarterOfAnHour = 900;

    /// <summary>Residue as Get-OscHostResidue showed it; by default all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ChoosesResidue]
    [Alias("HostResidue")]
    public OscHostResidue[]? InputObject { get; set; }

    /// <summary>How many seconds must have passed since it was first seen, without an end in between.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int GracePeriod { get; set; } = QuarterOfAnHour;

    /// <summary>Return what was cleared.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    private protected override void Process()
    {
        var warnings = new List<string>();
        var found = InputObject ?? Run(token => ModuleEngine.Host.FindResidueAsync(Engine.GetArrays(), warnings.Add, token));
        warnings.ForEach(WriteWarning);
        foreach (var residue in found)
        {
            Try(residue, () => Clear(residue));
        }
    }

    private void Clear(OscHostResidue residue)
    {
        if (residue.Kind is OscHostResidueKind.Interrupted or OscHostResidueKind.PresentedUnseen)
        {
            WriteVerbose($"{residue} can't be cleared here: {residue.SuggestedAction}");
            return;
        }

        var gracePeriod = TimeSpan.FromSeconds(GracePeriod);
        if (DateTimeOffset.UtcNow - residue.Since < gracePeriod)
        {
            WriteVerbose($"{residue} was first seen at {residue.Since.LocalDateTime}: it is kept for now.");
            return;
        }

        if (!ShouldProcess(residue.ToString(), "Clear away"))
        {
            return;
        }

        if (!Run(token => ModuleEngine.Host.ClearResidueAsync(residue, Engine.GetArrays(), gracePeriod, token)))
        {
            WriteVerbose($"{residue} is kept: it is no residue any more, or it ended and has come again since.");
        }
        else if (PassThru)
        {
            WriteObject(residue);
        }
    }
}
