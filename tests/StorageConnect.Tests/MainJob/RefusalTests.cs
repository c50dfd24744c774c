using System.Management.Automation;
using StorageConnect.Tests.Cmdlets;
using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.MainJob;

/// <summary>What can't be done on the Local array is one clear error, and changes nothing.</summary>
[Collection(ModuleSessions.Name)]
public sealed class RefusalTests : IDisposable
{
    private readonly ModuleSession _session = new();
    private readonly string _pool = LoopMounts.NewFolder(PoolKind.Copy);

    public RefusalTests() => Run(
        """
        $null = Register-OscStorageServer -Name lab -Plugin Local -StorageType SAN -ExtraInfo "Pool=$pool"
        $null = New-OscStorageElement -Name db01, db02 -Size 8MB
        $null = New-OscAccessGroup -Name hosts-a -Initiator 50:01:43:80:12:34:56:78
        Grant-OscStorageElementAccess db01 hosts-a
        Disable-OscStorageElement db02 -Confirm:$false
        $null = New-OscSnapshot db02 -SnapshotName nightly
        """);

    public static TheoryData<string, string, ErrorCategory, string?> Refusals => new()
    {
        { "Remove-OscStorageElement db01 -Confirm:$false", "StorageElementPresented", ErrorCategory.ResourceBusy, "db01" },
        { "Remove-OscStorageElement db02 -Confirm:$false", "StorageElementHasSnapshots", ErrorCategory.ResourceBusy, "db02" },
        { "New-OscStorageElement -Name db01 -Size 8MB", "StorageElementExists", ErrorCategory.ResourceExists, "db01" },
        { "Resize-OscStorageElement db01 -Size 4MB", "ShrinkNeedsForce", ErrorCategory.InvalidArgument, "db01" },
        { "Get-OscStorageElement nosuch", "StorageElementNotFound", ErrorCategory.ObjectNotFound, "nosuch" },
        { "Resize-OscStorageElement nosuch -Size 1GB", "StorageElementNotFound", ErrorCategory.ObjectNotFound, "nosuch" },
        { "Get-OscSnapshot nosuch", "SnapshotNotFound", ErrorCategory.ObjectNotFound, "nosuch" },
        { "Remove-OscSnapshot nosuch -Confirm:$false", "SnapshotNotFound", ErrorCategory.ObjectNotFound, "nosuch" },
        { "Get-OscAccessGroup nosuch", "AccessGroupNotFound", ErrorCategory.ObjectNotFound, "nosuch" },
        { "Remove-OscAccessGroup nosuch -Confirm:$false", "AccessGroupNotFound", ErrorCategory.ObjectNotFound, "nosuch" },
        { "Grant-OscStorageElementAccess db01 nosuch", "AccessGroupNotFound", ErrorCategory.ObjectNotFound, "nosuch" },
        { "New-OscAccessGroup hosts-a", "AccessGroupExists", ErrorCategory.ResourceExists, "hosts-a" },
        { "New-OscAccessGroup hosts-b -Initiator 'no initiator'", "InitiatorInvalid", ErrorCategory.InvalidArgument, null },
        { "New-OscStorageElement -Name x -Size 0", "SizeInvalid", ErrorCategory.InvalidArgument, "x" },
        { "New-OscStorageElement -Name x -Size 1", "SizeInvalid", ErrorCategory.InvalidArgument, "x" },
        { "New-OscStorageElement -Name x -Size -5", "SizeInvalid", ErrorCategory.InvalidArgument, "x" },
        { "New-OscStorageElement -Name x -Size ([long]::MaxValue)", "SizeInvalid", ErrorCategory.InvalidArgument, "x" },
        { "New-OscStorageElement -Name x -Size 1e30", "ParameterArgumentTransformationError", ErrorCategory.InvalidData, null },
        { "New-OscStorageElement -Name x -Size many", "ParameterArgumentTransformationError", ErrorCategory.InvalidData, null },
        { "New-OscStorageElement -Name \"a`nb\" -Size 8MB", "NameInvalid", ErrorCategory.InvalidArgument, null },
        { "New-OscStorageElement -Name ('x' * 256) -Size 8MB", "NameInvalid", ErrorCategory.InvalidArgument, null },
        { "New-OscStorageElement -Name x -Size 8MB -Qos platinum", "QosUnknown", ErrorCategory.InvalidArgument, "x" },
        { "New-OscStorageElement -Name x -Size 8MB -VolumeGroup nosuch", "VolumeGroupUnknown", ErrorCategory.InvalidArgument, "x" },
        { "New-OscStorageElement -Name x -Size 8MB -StorageServer nosuch", "StorageServerNotFound", ErrorCategory.ObjectNotFound, "nosuch" },
        { "New-OscSnapshot db01 -SnapshotName s", "StorageElementOnline", ErrorCategory.ResourceBusy, "db01" },
        { "Invoke-OscClone db01 -Name c", "StorageElementOnline", ErrorCategory.ResourceBusy, "db01" },
        { "Get-OscSnapshot nightly | Remove-OscStorageElement -Confirm:$false", "WrongElementType", ErrorCategory.InvalidArgument, "nightly" },
        { "Get-OscStorageElement db01 | Remove-OscSnapshot -Confirm:$false", "WrongElementType", ErrorCategory.InvalidArgument, "db01" },
        { "Split-OscClone db01", "NoSuchOperation", ErrorCategory.NotImplemented, "db01" },
        { "Register-OscStorageServer -Name lab -Plugin Local -StorageType SAN -ExtraInfo \"Pool=$pool\"", "StorageServerExists",
            ErrorCategory.ResourceExists, "lab" },
        { "Register-OscStorageServer -Name other -Plugin Local -StorageType SAN -ExtraInfo 'Pool=/nosuch'", "PoolNotFound",
            ErrorCategory.ObjectNotFound, "other" },
        { "Register-OscStorageServer -Name other -Plugin Local -StorageType SAN -ExtraInfo \"Pool=$pool/volumes\"",
            "PoolFolderNotEmpty", ErrorCategory.InvalidArgument, "other" },
        { "Register-OscStorageServer -Name other -Plugin Local -StorageType SAN", "ExtraInfoInvalid", ErrorCategory.InvalidArgument, "other" },
        { "Register-OscStorageServer -Name other -Plugin nosuch -StorageType SAN", "PluginNotFound", ErrorCategory.ObjectNotFound, "other" },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public void It_is_one_error_with_id_category_target_and_a_way_out_and_nothing_changes(string script, string id, ErrorCategory category, string? target)
    {
        var before = State();

        var error = _session.Invoke(script, ("pool", _pool)).Error(id);

        Assert.Equal(category, error.CategoryInfo.Category);
        if (target is not null)
        {
            Assert.Equal(target, error.TargetObject.ToString());
        }

        if (category != ErrorCategory.InvalidData)
        {
            Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
        }

        Assert.Equal(before, State());
    }

    [Fact]
    public void A_corrupt_database_is_told_and_left_as_it_is()
    {
        var damaged = LoopMounts.NewFolder(PoolKind.Copy);
        var database = Path.Combine(damaged, "local.db");
        File.WriteAllText(database, "This is no database any more. " + new string('x', 5000));

        var error = _session.Invoke("Register-OscStorageServer -Name again -Plugin Local -StorageType SAN -ExtraInfo \"Pool=$damaged\"", ("damaged", damaged))
            .Error("PoolCorrupt");

        Assert.Equal(ErrorCategory.InvalidData, error.CategoryInfo.Category);
        Assert.StartsWith("This is no database", File.ReadAllText(database), StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_is_told_and_leaves_nothing_half()
    {
        var pool = LoopMounts.NewFolder(PoolKind.Xfs);
        Run("$null = Register-OscStorageServer -Name small -Plugin Local -StorageType SAN -ExtraInfo \"Pool=$full\"", ("full", pool));

        var error = _session.Invoke("New-OscStorageElement -Name big -Size 100GB -Thick -StorageServer small").Error("OutOfSpace");

        Assert.Equal(ErrorCategory.LimitsExceeded, error.CategoryInfo.Category);
        Assert.Empty(_session.Invoke("Get-OscStorageElement -StorageServer small").Output);
        Assert.Empty(Directory.EnumerateFiles(Path.Combine(pool, "volumes")));
    }

    public void Dispose()
    {
        _session.Dispose();
        Directory.Delete(_pool, recursive: true);
    }

    private string State() => string.Join(
        "; ",
        _session.Invoke(
            "Get-OscStorageServer; Get-OscStorageElement -StorageServer lab; Get-OscSnapshot -StorageServer lab; Get-OscAccessGroup -StorageServer lab").Output
            .Select(item => PSSerializer.Serialize(item, 1)));

    private void Run(string script, params (string Name, object? Value)[] variables)
    {
        var outcome = _session.Invoke(script, [.. variables, ("pool", _pool)]);
        Assert.True(outcome.Errors.Count == 0, RecordingSession.Describe(outcome.Errors));
    }
}
