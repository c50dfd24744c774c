using System.Management.Automation;
using StorageConnect.Engine.Plugins;

namespace StorageConnect.Commands;

/// <summary>
/// Registers a plug-in for this user, or for all users of this machine: copies its files into the folder of those plug-ins, one folder per version. A
/// Python class or a program is started once, for its descriptor; no code of an assembly runs.
/// </summary>
[Cmdlet(VerbsLifecycle.Register, "OscPlugin", SupportsShouldProcess = true, ConfirmImpact = ConfirmImpact.Medium)]
[OutputType(typeof(OscPlugin))]
public sealed class RegisterOscPluginCommand : OscCmdlet
{
    /// <summary>The plug-in's folder, its assembly (.dll), its Python file (.py), or its program.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>Register it even if another plug-in has its name. The name of a plug-in of the module stays the module's: use the class name then.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>
    /// The program that runs a Python class or a script, by its path: another Python than /usr/bin/python3, or node. It must belong to you or root, and
    /// only you or root may be able to change it.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Interpreter { get; set; }

    /// <summary>Run an assembly in a process of its own: its failure then doesn't affect this session. Python classes and programs always run so.</summary>
    [Parameter]
    public SwitchParameter Isolated { get; set; }

    /// <summary>
    /// Register it for all users of this machine, in /opt/storage-connect/plugins, which usually takes root. It runs with the rights of the user who calls it.
    /// </summary>
    [Parameter]
    public SwitchParameter AllUsers { get; set; }

    private protected override void Process() => Try(Path, () =>
    {
        var options = new PluginOptions(Isolated, Interpreter is null ? null : GetUnresolvedProviderPathFromPSPath(Interpreter), AllUsers);
        var path = GetUnresolvedProviderPathFromPSPath(Path);
        Engine.Plugins.CheckAdd(path, Force, options);
        if (ShouldProcess(path, AllUsers
            ? "Register plug-in for all users, with the rights of each"
            : "Register plug-in, which will run with your rights"))
        {
            WriteObject(Run(_ => Task.FromResult(Engine.Plugins.Add(path, Force, options))), enumerateCollection: true);
        }
    });
}
