using System.Management.Automation;
using System.Reflection;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>-WhatIf says what would be done and changes nothing, for every cmdlet that changes something.</summary>
[Collection(ModuleSessions.Name)]
public sealed class WhatIfTests : IDisposable
{
    /// <summary>What a call of an array that changes nothing may be.</summary>
    private static readonly HashSet<string> Harmless =
    [
        GuideMethod.Validate, GuideMethod.GetCapabilities, GuideMethod.GetInfo, GuideMethod.GetStorageNames, GuideMethod.GetAccessGroups, GuideMethod.List,
        GuideMethod.GetStatus, GuideMethod.GetCurrentClones, GuideMethod.GetCurrentSnaps, GuideMethod.GetQosList, GuideMethod.IsRestorable,
        GuideMethod.IsSnapable, GuideMethod.IsCloneable, GuideMethod.IsSplittable,
        GuideMethod.GetAsyncProgress,
    ];

    /// <summary>How to call each cmdlet, so that it would change something.</summary>
    private static readonly Dictionary<string, string> Calls = new()
    {
        ["Add-OscAccessGroupMember"] = "Add-OscAccessGroupMember web iqn.2001-04.com.example:b",
        ["Clear-OscHostResidue"] = "Clear-OscHostResidue ([StorageConnect.OscHostResidue]::new())",
        ["Connect-OscStorageElement"] = "Connect-OscStorageElement db01 own",
        ["Connect-OscTarget"] = "Connect-OscTarget -StorageServer fabric",
        ["Disable-OscStorageElement"] = "Disable-OscStorageElement db01",
        ["Disconnect-OscStorageElement"] = "Disconnect-OscStorageElement db01",
        ["Disconnect-OscTarget"] = "Disconnect-OscTarget iqn.2001-04.com.example:t -StorageServer fabric",
        ["Enable-OscStorageElement"] = "Enable-OscStorageElement db01",
        ["Export-OscDiagram"] = "Export-OscDiagram -Path $file",
        ["Grant-OscStorageElementAccess"] = "Grant-OscStorageElementAccess db01 web",
        ["Invoke-OscClone"] = "Invoke-OscClone db01 copy",
        ["New-OscAccessGroup"] = "New-OscAccessGroup other",
        ["New-OscSnapshot"] = "Get-OscStorageElement db01 | New-OscSnapshot -Group -WhatIf; New-OscSnapshot db01 later",
        ["New-OscStorageElement"] = "New-OscStorageElement db02 1GB",
        ["Register-OscPlugin"] = "Register-OscPlugin $plugin -Force",
        ["Register-OscStorageServer"] = "Register-OscStorageServer -Name other -Plugin Recording -StorageType SAN -ExtraInfo $info",
        ["Remove-OscAccessGroup"] = "Remove-OscAccessGroup spare",
        ["Remove-OscAccessGroupMember"] = "Remove-OscAccessGroupMember web iqn.2001-04.com.example:a",
        ["Remove-OscOperation"] = "Get-OscOperation -State Completed | Remove-OscOperation",
        ["Remove-OscSnapshot"] = "Remove-OscSnapshot nightly",
        ["Remove-OscStorageElement"] = "Remove-OscStorageElement slow",
        ["Rename-OscAccessGroup"] = "Rename-OscAccessGroup web app",
        ["Resize-OscStorageElement"] = "Resize-OscStorageElement db01 2GB",
        ["Restore-OscSnapshot"] = "Restore-OscSnapshot nightly -StorageElement db01",
        ["Revoke-OscStorageElementAccess"] = "Revoke-OscStorageElementAccess db01 web",
        ["Set-OscQos"] = "Set-OscQos db01 gold",
        ["Set-OscStorageServer"] = "Set-OscStorageServer lab -NewName other",
        ["Split-OscClone"] = "Split-OscClone db01-test",
        ["Stop-OscOperation"] = "Get-OscOperation -State Running | Stop-OscOperation",
        ["Test-OscPlugin"] = "Test-OscPlugin lab -Destructive",
        ["Unregister-OscPlugin"] = "Unregister-OscPlugin Recording",
        ["Unregister-OscStorageServer"] = "Unregister-OscStorageServer lab",
        ["Update-OscStorageElement"] = "Update-OscStorageElement db01",
        ["Update-OscHostStorage"] = "Update-OscHostStorage -StorageServer lab",
    };

    private readonly RenderingHost _host = new(200);
    private readonly RecordingArray _fabric = new();
    private readonly RecordingSession _session;

    public WhatIfTests()
    {
        _session = new(new() { Base = typeof(RecordingIscsiPlugin) }, _host);
        var lun = _session.Create("db01");
        _session.Snapshot(lun, "nightly");
        _session.Clone(lun, "db01-test");
        _session.Group("web");
        _session.Group("spare");
        _session.Module.Invoke("Grant-OscStorageElementAccess db01 web; New-OscStorageElement slow 1GB -NoWait");
        _session.Array.Contents.Abilities = new(_session.Array.Contents.Abilities) { CloneIsSync = Ability.No };
        _session.Array.Contents.AsyncSteps = [.. Enumerable.Repeat(1, 1000)];
        _session.Module.Invoke("Invoke-OscClone db01 copying -NoWait").Succeeds();
    }

    public static TheoryData<string> Changers =>
    [
        .. Assembly.LoadFrom(Path.Combine(StagedModule.Folder, "StorageConnect.dll")).GetTypes()
            .Select(type => (type.Namespace, Attribute: type.GetCustomAttribute<CmdletAttribute>()))
            .Where(type => type.Attribute is { SupportsShouldProcess: true })
            .Select(type => $"{type.Attribute!.VerbName}-{type.Attribute.NounName}"),
    ];

    [Theory]
    [MemberData(nameof(Changers))]
    public void Nothing_is_changed_and_it_is_said_what_would_be(string cmdlet)
    {
        Assert.SkipUnless(
            Environment.IsPrivilegedProcess || !(cmdlet.Contains("onnect-", StringComparison.Ordinal) || cmdlet == "Update-OscHostStorage"),
            "It refuses at once who is not root.");
        Assert.True(Calls.TryGetValue(cmdlet, out var call), $"Add to {nameof(Calls)} how {cmdlet} is called.");
        if (call.EndsWith(" own", StringComparison.Ordinal))
        {
            var name = Assert.Single(_session.Module.Get<OscInitiator>("Get-OscInitiator")).Iqn;
            Assert.SkipWhen(name is null, "This host has no initiator name.");
            _session.Module.Invoke("New-OscAccessGroup own -Initiator $name -StorageServer lab", ("name", name)).Succeeds();
            _session.Array.ForgetCalls();
        }

        if (call.EndsWith(" fabric", StringComparison.Ordinal))
        {
            RegisterFabric();
        }

        var before = State();
        var said = _host.Text.Length;

        var outcome = _session.Invoke($"{call} -WhatIf", ("file", Path.Combine(_session.Module.Folder.Path, "diagram.mmd")),
            ("plugin", Path.Combine(StagedModule.Folder, "plugins", "Local")), ("info", _session.Array.Id));

        Assert.Empty(outcome.Errors);
        Assert.Contains("What if: ", _host.Text[said..], StringComparison.Ordinal);
        Assert.Empty(_session.Array.CalledMethods.Concat(_fabric.CalledMethods).Except(Harmless));
        Assert.Equal(before, State());
    }

    public void Dispose()
    {
        _session.Dispose();
        _fabric.Dispose();
    }

    /// <summary>A server with a target that was discovered.</summary>
    private void RegisterFabric()
    {
        _fabric.Instead<StorageServer>("discover", (_, normally, _) =>
            Task.FromResult(normally() with { IscsiTargets = [new() { TargetName = "iqn.2001-04.com.example:t", Portal = "10.0.0.1:3260" }] }));
        _session.Module.Invoke("$null = Register-OscStorageServer fabric -Plugin Recording -StorageType iSCSI -ExtraInfo $info; Find-OscTarget fabric",
            ("info", _fabric.Id)).Succeeds();
        _fabric.ForgetCalls();
    }

    // All that is kept outside the array, with its contents; of operations what was asked is kept, too, so only which there are counts.
    private string State() => string.Join('\n', Directory.EnumerateFiles(_session.Module.Folder.Path, "*", SearchOption.AllDirectories).Order()
        .Where(file => !file.EndsWith(".lock", StringComparison.Ordinal))
        .Select(file => $"{file} {(file.Contains("/operations/", StringComparison.Ordinal) ? "" : Hash(file))}"));

    private static string Hash(string file) => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)));
}
