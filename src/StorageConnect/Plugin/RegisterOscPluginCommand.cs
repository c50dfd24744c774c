using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Registers a plug-in for this user: copies its folder to where plug-ins are looked for. Versions stand side by side.</summary>
[Cmdlet(VerbsLifecycle.Register, "OscPlugin", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(OscPlugin))]
public sealed class RegisterOscPluginCommand : OscCmdlet
{
    /// <summary>The folder the plug-in was built to, or its assembly.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Register it though another plug-in has its name. A name that a plug-in of the module has stays the module's: use the class name then.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    private protected override void Process() => Try(Path, () =>
    {
        var path = GetUnresolvedProviderPathFromPSPath(Path);
        Engine.Plugins.CheckAdd(path, Force);
        if (ShouldProcess(path, "Register plug-in, which will run with your rights"))
        {
            WriteObject(Run(_ => Task.FromResult(Engine.Plugins.Add(path, Force))), enumerateCollection: true);
        }
    });
}
