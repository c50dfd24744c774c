using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Linux;

/// <summary>Locks between processes: who is excluded, and what is left of a holder that died.</summary>
[SupportedOSPlatform("linux")]
public sealed class LockTests : IDisposable
{
    private const int DuplicateClosedOnExec = 1030; // F_DUPFD_CLOEXEC

    private readonly TemporaryFolder _folder = new();

    private string LockFile => _folder["lock"];

    public LockTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "The locks are Linux's.");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_range_lock_takes_all_of_its_bytes_or_none()
    {
        using var one = RangeLock.TryTake(LockFile, 5);
        Assert.NotNull(one);

        Assert.Null(RangeLock.TryTake(LockFile, 4, 5));
        Assert.False(RangeLock.IsHeld(LockFile, 4));
        Assert.True(RangeLock.IsHeld(LockFile, 5));
        using var other = RangeLock.TryTake(LockFile, 4, 6);
        Assert.NotNull(other);
    }

    [Fact]
    public void A_range_lock_grows_by_free_bytes_and_is_released_as_a_whole()
    {
        using (var held = RangeLock.Open(LockFile))
        {
            Assert.True(held.TryAdd(1));
            Assert.True(held.TryAdd(1));
            using var other = RangeLock.TryTake(LockFile, 2);
            Assert.False(held.TryAdd(2));
        }

        Assert.False(RangeLock.IsHeld(LockFile, 1));
        using var next = RangeLock.TryTake(LockFile, 1, 2);
        Assert.NotNull(next);
    }

    /// <remarks>A process that is being started has copies of all descriptors of its parent for a moment.</remarks>
    [Fact]
    public void What_is_released_is_released_though_another_process_has_a_copy_of_the_descriptor()
    {
        var range = RangeLock.TryTake(LockFile, 1);
        var file = LinuxFile.OpenOrCreate(_folder["other"]);
        Assert.True(FileLock.TryTake(file));
        LinuxFile.OpenOrCreate(_folder["leased"]).Dispose();
        var lease = FileLease.TryTake(LinuxFile.Open(_folder["leased"], write: true));
        Assert.SkipWhen(lease is null, "This file system has no leases.");
        var copies = CopyDescriptors(LockFile, _folder["other"], _folder["leased"]);
        Assert.Equal(3, copies.Count);

        range!.Dispose();
        FileLock.Release(file);
        lease!.Dispose();

        using var nextRange = RangeLock.TryTake(LockFile, 1);
        Assert.NotNull(nextRange);
        using var nextFile = LinuxFile.OpenOrCreate(_folder["other"]);
        Assert.True(FileLock.TryTake(nextFile));
        LinuxFile.Open(_folder["leased"], write: true).Dispose();
        copies.ForEach(copy => copy.Dispose());
    }

    [Fact]
    public void A_lock_of_a_whole_file_excludes_other_handles_of_this_process_and_POSIX_locks()
    {
        using var one = LinuxFile.OpenOrCreate(LockFile);
        using var other = LinuxFile.OpenOrCreate(LockFile);
        Assert.True(RangeLock.TryTakeWhole(one));
        Assert.False(RangeLock.TryTakeWhole(other));
        using (var posix = new FileStream(LockFile, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
#pragma warning disable CA1416 // Not on macOS; this is Linux.
            Assert.ThrowsAny<IOException>(() => posix.Lock(0, 0));
#pragma warning restore CA1416
        }

        Assert.False(RangeLock.TryTakeWhole(other)); // a POSIX lock would have gone with the other descriptor
        one.Dispose();

        // A process that another test is starting has a copy of the descriptor for a moment, and the lock with it.
        Assert.True(SpinWait.SpinUntil(() => RangeLock.TryTakeWhole(other), TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public void A_file_lock_is_for_one_handle_until_it_is_shared()
    {
        using var first = LinuxFile.OpenOrCreate(LockFile);
        using var second = LinuxFile.OpenOrCreate(LockFile);
        Assert.True(FileLock.TryTake(first));
        Assert.False(FileLock.TryTakeShared(second));

        FileLock.Share(first);

        Assert.True(FileLock.TryTakeShared(second));
        Assert.False(FileLock.TryTake(second));
    }

    [Fact]
    public void A_process_lock_names_no_dead_holder_when_the_last_one_released_it()
    {
        using (ProcessLock.TryTake(LockFile, out _))
        {
            Assert.Null(ProcessLock.TryTake(LockFile, out _));
        }

        using var next = ProcessLock.TryTake(LockFile, out var dead);
        Assert.NotNull(next);
        Assert.Null(dead);
    }

    [Fact]
    public void A_process_lock_names_the_holder_that_died_with_it()
    {
        File.WriteAllText(LockFile, int.MaxValue.ToString(CultureInfo.InvariantCulture) + "\n");

        using var next = ProcessLock.TryTake(LockFile, out var dead);

        Assert.NotNull(next);
        Assert.Equal(int.MaxValue, dead);
    }

    [Fact]
    public void A_lease_is_granted_only_while_no_other_handle_has_the_file_open()
    {
        LinuxFile.OpenOrCreate(LockFile).Dispose();
        using (LinuxFile.Open(LockFile, write: true))
        {
            using var refused = FileLease.TryTake(LinuxFile.Open(LockFile, write: true));
            Assert.Null(refused);
        }

        using var lease = FileLease.TryTake(LinuxFile.Open(LockFile, write: true));
        Assert.SkipWhen(lease is null, "This file system has no leases.");
        Assert.True(lease!.Undisturbed);
    }

    [Fact]
    public async Task A_program_can_be_started_when_its_writers_are_gone()
    {
        var program = _folder["program"];
        File.Copy("/bin/true", program);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var writer = LinuxFile.Open(program, write: true);
        Assert.Throws<Win32Exception>(() => Process.Start(program));

        Assert.False(FileLease.WaitForWriters(program, TimeSpan.FromMilliseconds(50)));
        var waiting = Task.Run(() => FileLease.WaitForWriters(program, TimeSpan.FromMinutes(1)), TestContext.Current.CancellationToken);
        writer.Dispose();

        Assert.True(await waiting);
        using var process = Process.Start(program);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }

    private static List<SafeFileHandle> CopyDescriptors(params string[] files)
    {
        // All are found before the first copy is made, which would be found, too.
        var descriptors = Directory.GetFileSystemEntries("/proc/self/fd").Where(descriptor => files.Contains(new FileInfo(descriptor).LinkTarget)).ToList();
        return
        [
            .. descriptors.Select(descriptor => int.Parse(Path.GetFileName(descriptor), CultureInfo.InvariantCulture))
                .Select(descriptor => new SafeFileHandle(Libc.FcntlDescriptor(descriptor, DuplicateClosedOnExec, 0), ownsHandle: true))
        ];
    }
}
