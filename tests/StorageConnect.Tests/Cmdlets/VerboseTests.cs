using System.Management.Automation;
using StorageConnect.Tests.Engine.Plugins;
using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>What -Verbose and -Debug say, and never say.</summary>
[Collection(ModuleSessions.Name)]
public sealed class VerboseTests : IDisposable
{
    private readonly ModuleSession _session = new();
    private readonly string _pool = LoopMounts.NewFolder(PoolKind.Copy);

    [Fact]
    public void A_snapshot_tells_its_story_in_at_most_ten_lines()
    {
        var outcome = _session.Invoke(
            """
            $null = Register-OscStorageServer -Name lab -Plugin Local -StorageType SAN -ExtraInfo "Pool=$pool"
            $null = New-OscStorageElement -Name db01 -Size 1MB
            Disable-OscStorageElement db01 -Confirm:$false
            $quiet = New-OscSnapshot db01 -SnapshotName before 4>&1 5>&1
            $lines = New-OscSnapshot db01 -SnapshotName after -Verbose 4>&1 | ? { $_ -is [System.Management.Automation.VerboseRecord] }
            @($quiet | ? { $_ -is [System.Management.Automation.VerboseRecord] }).Count
            $lines.Message
            """,
            ("pool", _pool));

        Assert.True(outcome.Errors.Count == 0, RecordingSession.Describe(outcome.Errors));
        Assert.Equal(0, outcome.Output[0].BaseObject);
        var lines = outcome.Output.Skip(1).Select(line => $"{line}").ToList();
        Assert.InRange(lines.Count, 2, 10);
        Assert.Contains(lines, line => line.StartsWith("lab: createSnap 'db01' (Local ", StringComparison.Ordinal)
            && line.EndsWith(" ms)", StringComparison.Ordinal));
    }

    [Fact]
    public void The_preference_variable_counts_as_the_parameter_does()
    {
        var outcome = _session.Invoke(
            """
            $null = Register-OscStorageServer -Name lab -Plugin Local -StorageType SAN -ExtraInfo "Pool=$pool"
            $VerbosePreference = 'Continue'
            $lines = Get-OscStorageElement 4>&1
            $none = Get-OscStorageElement -Verbose:$false 4>&1
            @($lines).Count -gt 0
            @($none).Count
            """,
            ("pool", _pool));

        Assert.Equal([true, 0], outcome.Output.Select(item => item.BaseObject));
    }

    [Fact]
    public void With_debug_alone_nothing_is_written_that_PowerShell_would_ask_about()
    {
        var outcome = _session.Invoke(
            """
            $null = Register-OscStorageServer -Name lab -Plugin Local -StorageType SAN -ExtraInfo "Pool=$pool"
            $null = New-OscAccessGroup hosts -Debug *>&1 | ? { $_ -is [System.Management.Automation.InformationalRecord] } -OutVariable records
            $records | % { "$($_.GetType().Name): $_" }
            """,
            ("pool", _pool));

        var lines = outcome.Output.Select(line => $"{line}").ToList();
        Assert.Contains(lines, line => line.StartsWith("DebugRecord: lab: createAccessGroups (Local ", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, line => line.StartsWith("VerboseRecord", StringComparison.Ordinal));
    }

    [Fact]
    public void What_fails_is_told_with_the_error_s_id()
    {
        var outcome = _session.Invoke(
            """
            $null = Register-OscStorageServer -Name lab -Plugin Local -StorageType SAN -ExtraInfo "Pool=$pool"
            $null = New-OscStorageElement -Name db01 -Size 1MB
            New-OscStorageElement -Name db01 -Size 1MB -Verbose -ErrorAction SilentlyContinue 4>&1 | % Message
            """,
            ("pool", _pool));

        Assert.Contains(outcome.Output, line => $"{line}".Contains(": create", StringComparison.Ordinal));
    }

    [Fact]
    public void A_plug_in_s_information_and_warnings_come_with_verbose_and_its_details_with_debug()
    {
        using var array = new RecordingArray();
        new PluginBlueprint { Base = typeof(LoggingPlugin) }.WriteTo(Path.Combine(_session.UserPlugins, "Recording"));
        var outcome = _session.Invoke(
            """
            $null = Register-OscStorageServer -Name lab -Plugin Recording -StorageType SAN -ExtraInfo $info
            Get-OscStatus -StorageServer lab -Verbose 4>&1 5>&1 | ? { $_ -is [System.Management.Automation.InformationalRecord] } | % Message
            '--'
            Get-OscStatus -StorageServer lab -Verbose -Debug 4>&1 5>&1 | ? { $_ -is [System.Management.Automation.DebugRecord] } | % Message
            """,
            ("info", array.Id));

        Assert.True(outcome.Errors.Count == 0, RecordingSession.Describe(outcome.Errors));
        var lines = outcome.Output.Select(line => $"{line}").ToList();
        var verbose = lines.TakeWhile(line => line != "--").ToList();
        Assert.Contains("Recording: password ******", verbose);
        Assert.Contains("Recording: \uFFFD[31mred", verbose);
        Assert.DoesNotContain("Recording: asks lab", verbose);
        Assert.Contains("Recording: asks lab", lines.SkipWhile(line => line != "--"));
    }

    [Fact]
    public void No_secret_is_ever_in_it()
    {
        string[] secrets = ["admin-secret-1234", "chap-secret-1234", "mutual-secret-12"];
        using var array = new RecordingArray();
        new PluginBlueprint().WriteTo(Path.Combine(_session.UserPlugins, "Recording"));
        var outcome = _session.Invoke(
            """
            $context = New-OscAccessContext -HostName 10.0.0.1 -ChapCredential $chap -MutualChapCredential $mutual -Verbose -Debug 4>&1 5>&1
            $all = @($context)
            $context = $context | ? { $_ -is [StorageConnect.AccessContext] }
            $all += Register-OscStorageServer -Name kept -Plugin Recording -StorageType iSCSI -ExtraInfo $info -Credential $admin -AccessContext $context `
                -Verbose -Debug *>&1
            $all += Test-OscStorageServer kept -Verbose -Debug *>&1
            $all += Set-OscStorageServer kept -Credential $admin -AccessContext $context -Verbose -Debug *>&1
            $all += Find-OscTarget -StorageServer kept -Verbose -Debug *>&1
            $all | ? { $_ -is [System.Management.Automation.InformationalRecord] } | % Message
            '--'
            $all | Out-String
            """,
            ("info", array.Id), Credential("admin", secrets[0]), Credential("chap", secrets[1]), Credential("mutual", secrets[2]));

        var told = outcome.Output.Select(item => $"{item}").ToList();
        Assert.Contains(told, line => line.StartsWith("kept: validate (", StringComparison.Ordinal));
        Assert.All(secrets, secret => Assert.DoesNotContain(told, line => line.Contains(secret, StringComparison.Ordinal)));
    }

    public void Dispose()
    {
        _session.Dispose();
        Directory.Delete(_pool, recursive: true);
    }

    private static (string Name, object? Value) Credential(string name, string password)
    {
        var secure = new System.Security.SecureString();
        foreach (var character in password)
        {
            secure.AppendChar(character);
        }

        return (name, new PSCredential(name, secure));
    }
}
