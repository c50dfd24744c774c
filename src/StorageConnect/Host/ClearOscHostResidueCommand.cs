using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>
/// Clears away what Get-OscHostResidue shows and what has been there for a while. Each is looked at again right before; what is in use stays.
/// </summary>
[Cmdlet(VerbsCommon.Clear, "OscHostResidue", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.High)]
[OutputType(typeof(OscHostResidue))]
public sealed class ClearOscHostResidueCommand : OscCmdlet
{
    private const int QuarterOfAnHour = 900;

    /// <summary>Residue as Get-OscHostResidue showed it; all there is when left out.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true)]
    [ChoosesResidue]
    [Alias("HostResidue")]
    public OscHostResidue[]? InputObject { get; set; }

    /// <summary>For how many seconds it must have been there, since it was first seen.</summary>
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
            WriteVerbose($"{residue} is not for clearing: {residue.SuggestedAction}");
            return;
        }

        if (DateTimeOffset.UtcNow - residue.Since < TimeSpan.FromSeconds(GracePeriod))
        {
            WriteVerbose($"{residue} has been there since {residue.Since.LocalDateTime} only: it is left for now.");
            return;
        }

        if (ShouldProcess(residue.ToString(), "Clear away")
            && Run(token => ModuleEngine.Host.ClearResidueAsync(residue, Engine.GetArrays(), token)) && PassThru)
        {
            WriteObject(residue);
        }
    }
}
