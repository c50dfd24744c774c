using System.Text.Json;
using StorageConnect.Plugins.Ceph.Tool;
using Xunit;

namespace StorageConnect.Tests.Ceph;

/// <summary>What the tool printed on a real cluster, read again.</summary>
public sealed class CephCaptureTests
{
    private static readonly Image Volume = new("10299fa4eaba", "vol1", 0, null);

    [Fact]
    public void A_listing_has_images_and_their_snapshots()
    {
        var listing = RbdJson.Listing(Read("018-ls-long").Output);

        Assert.Equal(5, listing.Images.Count);
        Assert.Contains(listing.Images, image => image is { Name: "größe-卷", Size: 16L << 20, Id: "1039e0704b3" });
    }

    [Fact]
    public void An_image_has_its_time_in_UTC_and_its_parent()
    {
        Assert.Equal(new DateTimeOffset(2026, 11, 22, 16, 59, 41, TimeSpan.Zero), RbdJson.Image(Read("020-info").Output).Created);
        Assert.NotNull(RbdJson.Image(Read("043-info-clone-v2").Output).Parent);
    }

    [Fact]
    public void Snapshots_of_all_kinds_are_distinguished()
    {
        Assert.All(RbdJson.Snapshots(Read("030-snap-ls-all").Output, Volume), snapshot => Assert.Equal(SnapshotKind.User, snapshot.Kind));
        Assert.Contains(RbdJson.Snapshots(Read("056-snap-ls-all-shows-trash-ns").Output, Volume), snapshot => snapshot.Kind == SnapshotKind.Trash);
        Assert.Contains(RbdJson.Snapshots(Read("112-snap-ls-all-shows-group-ns").Output, Volume),
            snapshot => snapshot is { Kind: SnapshotKind.Group, Group.Length: > 0 });
    }

    [Fact]
    public void Notes_that_are_none_are_an_empty_map()
    {
        Assert.Empty(RbdJson.Map(Read("089-meta-list-empty").Output));
        Assert.NotEmpty(RbdJson.Map(Read("085-meta-list").Output));
    }

    [Fact]
    public void Clients_and_clones_are_told()
    {
        Assert.Equal("client.4447 at 127.0.0.1:0/2277478941", Assert.Single(RbdJson.Watchers(Read("161-status-with-watcher").Output)).ToString());
        Assert.NotEmpty(RbdJson.Children(Read("047-children-image-all").Output));
    }

    [Theory]
    [InlineData("009-create-duplicate", typeof(AlreadyExistsException), "StorageElementExists")]
    [InlineData("021-info-not-found", typeof(NotFoundException), "StorageElementNotFound")]
    [InlineData("050-rm-image-with-snapshots", typeof(StorageElementBusyException), "StorageElementHasDependants")]
    [InlineData("114-rm-image-in-group", typeof(StorageElementBusyException), "StorageElementHasDependants")]
    [InlineData("164-rm-busy", typeof(StorageElementBusyException), "StorageElementInUse")]
    [InlineData("178-wrong-key", typeof(AuthenticationFailedException), "CephLoginRejected")]
    [InlineData("183-tenant-create-outside", typeof(AccessDeniedException), "CephCapsTooSmall")]
    [InlineData("186-mon-down-with-timeout", typeof(ArrayUnreachableException), "ClusterUnreachable")]
    [InlineData("191-bad-subcommand", typeof(InvalidRequestException), "CephRefused")]
    public void A_failure_is_the_error_that_its_exit_code_and_operation_mean(string name, Type kind, string errorId)
    {
        var answer = Read(name);
        var command = new CephCommand(CephProgram.Rbd, "create", "x");

        var error = CephErrors.Of(CephErrors.ErrnoOf(command, answer), CephObject.Image, "db01", command, answer.Error);

        Assert.Equal((kind, errorId), (error.GetType(), error.ErrorId));
        Assert.NotEmpty(error.Recommendation!);
    }

    [Theory]
    [InlineData("[errno 110] RADOS timed out (error connecting to the cluster)", CephErrors.TimedOut)]
    [InlineData("Error ENOENT: (2) No such file or directory", CephErrors.NotFound)]
    [InlineData("error 16: Device or resource busy", CephErrors.Busy)]
    [InlineData("Cluster connection timed out", CephErrors.TimedOut)]
    public void Programs_whose_exit_code_is_always_1_have_the_errno_in_their_text(string text, int errno) =>
        Assert.Equal(errno, CephErrors.ErrnoOf(new(CephProgram.Ceph, "health"), new(1, "", text)));

    [Theory]
    [InlineData("10299fa4eaba", "021-info-not-found", "020-info", "020-info")] // while its parent's link went
    [InlineData("10299fa4eaba", "020-info", "021-info-not-found", "020-info", "020-info", "020-info")]
    [InlineData(null, "021-info-not-found", "021-info-not-found")]
    public void An_image_is_missing_when_it_was_missed_twice(string? id, params string[] answers)
    {
        var rbd = new Rbd(new Replay(answers), new("pool1", ""));

        Assert.Equal(id, rbd.FindById("10299fa4eaba", TestContext.Current.CancellationToken)?.Id);
    }

    [Fact]
    public void A_listing_that_lacks_an_image_is_asked_for_again()
    {
        var whole = Read("018-ls-long");
        var part = new CephAnswer(0, "[]", "rbd: error opening vol1: (2) No such file or directory");

        Assert.Equal(5, new Rbd(new Answers(part, part, whole), new("pool1", "")).List(TestContext.Current.CancellationToken).Images.Count);

        // One that can't be opened at all keeps nobody from the others.
        Assert.Empty(new Rbd(new Answers(part, part, part, part, part), new("pool1", "")).List(TestContext.Current.CancellationToken).Images);
    }

    [Fact]
    public void Work_on_content_ends_when_it_stands_still_and_not_when_it_takes_long()
    {
        var token = TestContext.Current.CancellationToken;
        var done = new CephAnswer(0, "", "");
        var tool = new Answers(done, done, done, done);
        var rbd = new Rbd(tool, new("pool1", ""));

        rbd.Rollback("vol1", "s1", _ => { }, token);
        rbd.RollbackGroup("group", "at", _ => { }, token);
        rbd.Resize("vol1", 1 << 20, shrinks: true, _ => { }, token);
        rbd.Remove("vol1", token);

        Assert.All(tool.Commands, command =>
        {
            Assert.Equal(TimeSpan.MaxValue, command.Deadline);
            Assert.NotNull(command.OnProgress);
            Assert.DoesNotContain("--no-progress", command.Arguments);
        });
    }

    [Theory]
    [InlineData("Rbd", "CephToolMissing")]
    [InlineData("Python", "ClusterFull")]
    public void A_program_that_lacks_a_library_is_no_full_cluster(string program, string errorId)
    {
        var command = new CephCommand(Enum.Parse<CephProgram>(program), "ls");

        var error = CephErrors.Of(127, CephObject.Pool, "pool1", command, "rbd: error while loading shared libraries: librbd.so.1: cannot open");

        Assert.Equal(errorId, error.ErrorId);
    }

    [Theory]
    [InlineData(16, "Rolling back to snapshot: 0% complete...failed.", true)]
    [InlineData(16, "Rolling back to snapshot: 7% complete...failed.", false)]
    [InlineData(22, "rbd: rollback failed: (22) Invalid argument", true)]
    [InlineData(5, "rbd: rollback failed: (5) Input/output error", false)]
    public void A_call_that_has_begun_its_work_or_ended_otherwise_was_not_refused(int errno, string text, bool isRefused) => Assert.Equal(
        isRefused, CephErrors.IsRefusal(CephErrors.Of(errno, CephObject.Snapshot, "s1", new(CephProgram.Rbd, "snap", "rollback"), text)));

    private static CephAnswer Read(string name)
    {
        using var json = JsonDocument.Parse(
            File.ReadAllText(Path.Combine(StagedModule.Root, "tests", "StorageConnect.Tests", "Ceph", "Captures", $"{name}.json")));
        return new(
            json.RootElement.GetProperty("exit").GetInt32(), json.RootElement.GetProperty("stdout").GetString()!,
            json.RootElement.GetProperty("stderr").GetString()!);
    }

    /// <summary>A tool that gives recorded answers, one after another.</summary>
    private sealed class Replay(string[] answers) : ICephTool
    {
        private int _next;

        public CephAnswer Run(CephCommand command, CancellationToken cancellationToken) => Read(answers[_next++]);
    }

    /// <summary>A tool that gives these answers, one after another, and notes what it was asked.</summary>
    private sealed class Answers(params CephAnswer[] answers) : ICephTool
    {
        public List<CephCommand> Commands { get; } = [];

        public CephAnswer Run(CephCommand command, CancellationToken cancellationToken)
        {
            Commands.Add(command);
            return answers[Commands.Count - 1];
        }
    }
}
