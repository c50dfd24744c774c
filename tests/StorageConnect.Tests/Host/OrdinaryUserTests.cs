using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using StorageConnect.Host.Fitness;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.OpenIscsi;
using StorageConnect.Tests.Host.Fabric;
using Xunit;

namespace StorageConnect.Tests.Host;

/// <summary>A user who isn't root: on most hosts open-iscsi's records are root's alone.</summary>
[SupportedOSPlatform("linux")]
public sealed partial class OrdinaryUserTests : IAsyncDisposable
{
    private const uint Nobody = 65534;
    private readonly SimulatedHost _host = new();

    public OrdinaryUserTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can be another user for a moment.");
        Assert.SkipUnless(SetUser(Nobody) == 0, "This thread can't change its user.");
        Assert.SkipUnless(SetUser(0) == Nobody, "This thread can't change its user.");
        const UnixFileMode all = UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(_host.Files.At(""), Rights | all);
        foreach (var folder in new[] { "nodes", "send_targets", "ifaces" })
        {
            Directory.CreateDirectory(_host.Files.At($"etc/iscsi/{folder}"), Rights);
        }
    }

    private static UnixFileMode Rights => UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_check_that_needs_root_says_so_and_the_others_go_on()
    {
        await _host.StopMultipathdAsync(); // so that nothing leaves the thread whose user is another

        var findings = AsNobody(() => new HazardCheck(_host.Open()).RunAsync(TestContext.Current.CancellationToken).GetAwaiter().GetResult());

        Assert.Equal(10, findings.Count);
        foreach (var check in new[] { "Node records", "CHAP secrets" })
        {
            var finding = findings.Single(finding => finding.Check == check);
            Assert.Equal(OscHostFindingState.Warning, finding.State);
            Assert.Contains("needs root", finding.Finding);
            Assert.Contains("root", finding.SuggestedAction);
        }
    }

    [Fact]
    public void The_initiators_names_and_open_iscsis_records_are_refused_with_what_helps()
    {
        File.SetUnixFileMode(_host.Files.At("etc/iscsi/initiatorname.iscsi"),
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        _host.Files.Write("etc/iscsi/iscsid.conf", "node.session.timeo.replacement_timeout = 20\n");
        File.SetUnixFileMode(_host.Files.At("etc/iscsi/iscsid.conf"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var database = new IscsiDatabase(_host.Roots, SimulatedHost.Patient);

        Assert.Equal("InitiatorNameUnreadable", RefusalOf(() => HostInitiator.Read(_host.Roots)));
        Assert.Equal("HostRightsNeeded", RefusalOf(() => database.ReadNodes().ToList()));
        Assert.Equal("HostRightsNeeded", RefusalOf(() => database.ReadDefaults()));
    }

    private static string RefusalOf(Func<object> read) => AsNobody(() => Assert.Throws<AccessDeniedException>(() => { read(); }).ErrorId);

    /// <summary>Runs on a thread of its own, whose rights to files are another user's.</summary>
    private static T AsNobody<T>(Func<T> run)
    {
        var result = default(T);
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            _ = SetUser(Nobody);
            try
            {
                result = run();
            }
            catch (Exception e)
            {
                failure = e;
            }
            finally
            {
                _ = SetUser(0);
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? result! : throw new InvalidOperationException(failure.Message, failure);
    }

    // Of the calling thread alone: the C library passes this call on as it is.
    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial uint SetUser(uint user);
}
