using StorageConnect.Tests.Cmdlets;
using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Help;

/// <summary>What the examples with a vendor's array find: its plug-in in two versions, a third downloaded, array01, and people who type passwords.</summary>
internal sealed class VendorStage : IDisposable
{
    private readonly RecordingArray _array = new();

    public VendorStage()
    {
        var plugin = new PluginBlueprint { Name = "Vendor" };
        (plugin with { Version = "1.2.0-1" }).WriteTo(Path.Combine(Session.UserPlugins, "Vendor.1"));
        (plugin with { Version = "2.0.0-1" }).WriteTo(Path.Combine(Session.UserPlugins, "Vendor.2"));
        var home = Path.Combine(Session.Folder.Path, "home");
        (plugin with { Version = "3.0.0-1" }).WriteTo(Path.Combine(home, "Downloads", "VendorPlugin"));
        (plugin with { Version = "3.0.0-1" }).WriteTo(Path.Combine(home, "bin", "Release", "net10.0"), "Vendor.StoragePlugin.dll");
        File.Copy(Path.Combine(StagedModule.Root, "docs", "examples", "python", "FolderPlugin.py"), Path.Combine(home, "VendorPlugin.py"));
        Session.Invoke(
            """
            $ConfirmPreference = 'None'
            $ExecutionContext.SessionState.Provider.GetOne('FileSystem').Home = $folder
            $null = $ExecutionContext.SessionState.Path.SetLocation($folder)
            function Get-Credential($UserName) {
                $password = [securestring]::new()
                'typed by somebody'.ToCharArray().ForEach({ $password.AppendChar($_) })
                [pscredential]::new($UserName, $password)
            }
            $PSDefaultParameterValues = @{ 'Register-OscStorageServer:ExtraInfo' = $array }
            $null = Register-OscStorageServer array01 -Plugin Vendor -StorageType iSCSI -AdminHost array01.example
            """,
            ("folder", home),
            ("array", _array.Id)).Succeeds();
    }

    public ModuleSession Session { get; } = new();

    public void Dispose()
    {
        Session.Dispose();
        _array.Dispose();
    }
}
