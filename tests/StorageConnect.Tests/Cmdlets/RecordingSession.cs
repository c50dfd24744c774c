using System.Management.Automation;
using System.Management.Automation.Host;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>A PowerShell session with a registered recording array named 'lab'.</summary>
public sealed class RecordingSession : IDisposable
{
    /// <param name="plugin">The plug-in to install; the plain one when not given.</param>
    /// <param name="host">Where to show things; null shows them nowhere.</param>
    public RecordingSession(PluginBlueprint? plugin = null, PSHost? host = null)
    {
        Module = new(host);
        (plugin ?? new()).WriteTo(Path.Combine(Module.UserPlugins, "Recording"));
        Register("lab", Array);
    }

    public ModuleSession Module { get; }

    public RecordingArray Array { get; } = new();

    /// <summary>Registers another array.</summary>
    public StorageServer Register(string name, RecordingArray array)
    {
        var server = Module.Get<StorageServer>(
            "Register-OscStorageServer -Name $name -Plugin Recording -StorageType SAN -ExtraInfo $info",
            ("name", name), ("info", array.Id));
        array.ForgetCalls();
        return Assert.Single(server);
    }

    /// <summary>Runs a script after opening the door, so that only what the script itself calls is recorded.</summary>
    public ModuleSession.Outcome Invoke(string script, params (string Name, object? Value)[] variables)
    {
        Module.Invoke("Test-OscStorageServer");
        Array.ForgetCalls();
        return Module.Invoke(script, variables);
    }

    /// <summary>A LUN on the array.</summary>
    public StorageElement Create(string name, string server = "lab") => Assert.Single(Module.Get<StorageElement>(
        "New-OscStorageElement -Name $name -Size 1GB -StorageServer $server", ("name", name), ("server", server)));

    public StorageElement Snapshot(StorageElement element, string name) => Assert.Single(Module.Get<StorageElement>(
        "$element | New-OscSnapshot -SnapshotName $name", ("element", element), ("name", name)));

    public StorageElement Clone(StorageElement element, string name) => Assert.Single(Module.Get<StorageElement>(
        "$element | Invoke-OscClone -Name $name", ("element", element), ("name", name)));

    public AccessGroup Group(string name) => Assert.Single(Module.Get<AccessGroup>(
        "New-OscAccessGroup -Name $name -Initiator iqn.2001-04.com.example:a -StorageServer lab", ("name", name)));

    public void Dispose()
    {
        Array.Dispose();
        Module.Dispose();
    }

    public static string Describe(IEnumerable<ErrorRecord> errors) =>
        string.Join(Environment.NewLine, errors.Select(error => $"{error.FullyQualifiedErrorId}: {error}"));
}
