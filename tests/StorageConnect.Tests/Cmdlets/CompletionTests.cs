using System.Management.Automation;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>TAB: names from what this process knows, written so that the command line means them, and never a call of a plug-in.</summary>
[Collection(ModuleSessions.Name)]
public sealed class CompletionTests : IDisposable
{
    private readonly RecordingSession _session = new();

    public static TheoryData<string> Hostile =>
    [
        "two words", "it's", "say \"hi\"", "$home", "back`tick", "semi;colon", "a&b", "(x)", "{y}", "comma,name", "#1", "@home", "-dash", "123", "1kb",
        "a[1]", "what?", "star*", "]", "typo‘graphic’", "„quoted“", "名前", "a|b", "100%", "tab`t",
    ];

    [Theory]
    [InlineData("Get-OscStorageElement d", "db01", "db02")]
    [InlineData("Get-OscStorageElement -Name D", "db01", "db02")]
    [InlineData("Remove-OscStorageElement db02", "db02")]
    [InlineData("Resize-OscStorageElement -InputObject d", "db01", "db02")]
    [InlineData("Get-OscSnapshot n", "nightly")]
    [InlineData("Restore-OscSnapshot -Snapshot ", "nightly")]
    [InlineData("Restore-OscSnapshot nightly -StorageElement db0", "db01", "db02")]
    [InlineData("Invoke-OscClone ", "db01", "db02", "nightly")]
    [InlineData("Get-OscAccessGroup ", "web")]
    [InlineData("Grant-OscStorageElementAccess db01 w", "web")]
    [InlineData("Add-OscAccessGroupMember w", "web")]
    [InlineData("Get-OscStorageElement -StorageServer l", "lab")]
    [InlineData("Set-OscStorageServer ", "lab")]
    [InlineData("Get-OscStorageElement *1", "db01")]
    [InlineData("Remove-OscStorageElement *2", "db02")]
    [InlineData("Register-OscStorageServer -Name x -Plugin R", "Recording")]
    [InlineData("Get-OscPlugin L", "Local")]
    [InlineData("Get-OscPlugin -Ability SnapC", "SnapClone", "SnapCloneIsSync")]
    [InlineData("Register-OscStorageServer -Plugin Local -ExtraInfo poo", "Pool=")]
    [InlineData("Register-OscStorageServer -Plugin Local -ExtraInfo R", "Root=")]
    [InlineData("Get-OscStorageElement *[", new string[0])]
    [InlineData("Get-OscStorageElement nothing", new string[0])]
    public void Names_are_offered(string line, params string[] wanted)
    {
        Furnish();

        Assert.Equal(wanted, Complete(line).Select(match => match.ListItemText));
    }

    [Theory]
    [InlineData("New-OscAccessGroup x -Initiator ")]
    [InlineData("Add-OscAccessGroupMember x -Initiator ")]
    [InlineData("Get-OscStorageElement -Initiator ")]
    [InlineData("New-OscStorageElement x -Size ")]
    [InlineData("Resize-OscStorageElement x -Size ")]
    [InlineData("Get-OscDevice -Wwid ")]
    public void Files_are_not_offered_where_none_is_meant(string line) =>
        Assert.All(_session.Module.Invoke("([System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null)).CompletionMatches",
            ("line", line)).Output, match => Assert.Equal(CompletionResultType.ParameterValue, ((CompletionResult)match.BaseObject).ResultType));

    [Theory]
    [InlineData("New-OscStorageElement x -Size ", "1GB", "10GB", "100GB", "1TB", "10TB")]
    [InlineData("New-OscStorageElement x -Size 2.5", "2.5MB", "2.5GB", "2.5TB", "2.5PB")]
    [InlineData("Resize-OscStorageElement x 20G", "20GB")]
    public void A_size_gets_a_unit(string line, params string[] wanted) => Assert.Equal(wanted, Complete(line).Select(match => match.ListItemText));

    [Fact]
    public void An_array_of_which_nothing_is_known_is_asked() => // an answer that comes too late is there the next time
        Assert.True(SpinWait.SpinUntil(() => Complete("Set-OscQos db01 -Qos ").Any(), TimeSpan.FromMinutes(1)));

    [Fact]
    public void An_array_that_does_not_answer_offers_nothing()
    {
        _session.Array.HangForGood("getQoSList");

        Assert.Empty(Complete("Set-OscQos db01 -Qos "));
    }

    [Fact]
    public void Splitting_offers_clones_that_share_blocks()
    {
        Furnish();
        _session.Module.Invoke("Invoke-OscClone db01 -Name copy");

        Assert.Equal(["copy"], Complete("Split-OscClone ").Select(match => match.ListItemText));
        _session.Module.Invoke("Split-OscClone copy");
        Assert.Empty(Complete("Split-OscClone "));
    }

    [Fact]
    public void No_plugin_is_called_where_names_are_known()
    {
        Furnish();
        _session.Module.Invoke("Get-OscQos");
        _session.Array.ForgetCalls();
        foreach (var line in Hostile.Select(row => row.Data).Concat(["", "d"]).SelectMany(word => new[]
        {
            $"Get-OscStorageElement '{word}", $"Remove-OscSnapshot {word}", $"Invoke-OscClone x -Qos {word}", $"Get-OscAccessGroup {word}",
            $"Get-OscStorageElement -StorageServer {word}", $"New-OscStorageElement x 1GB -VolumeGroup {word}",
            $"Register-OscStorageServer -Plugin Recording -ExtraInfo {word}",
            $"Wait-OscOperation {word}",
        }))
        {
            Complete(line);
        }

        Assert.Empty(_session.Array.CalledMethods);
    }

    [Theory]
    [MemberData(nameof(Hostile))]
    public void A_name_is_written_so_that_the_command_line_means_it(string name)
    {
        var element = _session.Create(name);
        foreach (var (command, quote) in from command in new[] { "Get-OscStorageElement", "Get-OscStatus" }
                                         from quote in new[] { "", "'", "\"" }
                                         select (command, quote))
        {
            var line = $"{command} {quote}";
            var match = Assert.Single(Complete(line));

            var output = Assert.Single(_session.Module.Invoke($"{command} {match.CompletionText}").Output);
            Assert.Equal(element.Name, output.BaseObject is StorageElement found ? found.Name : output.Properties["StorageElementName"].Value);
        }
    }

    [Fact]
    public void A_name_that_the_typed_beginning_escapes_is_found()
    {
        _session.Create("a[1] b");

        Assert.Equal("'a`[1`] b'", Assert.Single(Complete("Get-OscStorageElement 'a`[1")).CompletionText);
        Assert.Equal("'a[1] b'", Assert.Single(Complete("Remove-OscStorageElement 'a[1")).CompletionText);
    }

    [Fact]
    public void The_tip_of_a_key_is_the_plugins_help() =>
        Assert.All(Complete("Register-OscStorageServer -Plugin Local -ExtraInfo "),
            match => Assert.StartsWith("Local: Where the pool is", match.ToolTip, StringComparison.Ordinal));

    [Fact]
    public void The_server_on_the_command_line_narrows_the_choice()
    {
        using var other = new RecordingArray();
        _session.Register("other", other);
        _session.Create("db01");
        _session.Create("db02", "other");

        Assert.Equal(["db01"], Complete("Get-OscStorageElement -StorageServer lab -Name d").Select(match => match.ListItemText));
        Assert.Equal(["db02"], Complete("Get-OscStorageElement -StorageServer other -Name d").Select(match => match.ListItemText));
        Assert.Equal("Storage element on other", Complete("Get-OscStorageElement db02").Single().ToolTip);
    }

    [Fact]
    public void What_was_removed_or_renamed_is_offered_no_more()
    {
        Furnish();
        _session.Module.Invoke(
            "Get-OscSnapshot | Remove-OscSnapshot -Confirm:$false; Remove-OscStorageElement db02 -Confirm:$false; Rename-OscAccessGroup web app");

        Assert.Empty(Complete("Get-OscSnapshot "));
        Assert.Equal(["db01"], Complete("Get-OscStorageElement ").Select(match => match.ListItemText));
        Assert.Equal(["app"], Complete("Get-OscAccessGroup ").Select(match => match.ListItemText));
        _session.Module.Invoke("Unregister-OscStorageServer lab -Confirm:$false");
        Assert.Empty(Complete("Get-OscStorageElement "));
    }

    public void Dispose() => _session.Dispose();

    private void Furnish()
    {
        var lun = _session.Create("db01");
        _session.Create("db02");
        _session.Snapshot(lun, "nightly");
        _session.Group("web");
    }

    // Where an argument completer has nothing, PowerShell offers files.
    private IEnumerable<CompletionResult> Complete(string line) =>
        ((CommandCompletion)_session.Module.Invoke("[System.Management.Automation.CommandCompletion]::CompleteInput($line, $line.Length, $null)",
            ("line", line)).Output.Single().BaseObject)
        .CompletionMatches.Where(match => match.ResultType == CompletionResultType.ParameterValue);
}
