using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Linux;

/// <summary>Which block device a descriptor leads to, whatever file system it is of.</summary>
[SupportedOSPlatform("linux")]
public sealed partial class BlockDeviceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public BlockDeviceTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Block devices are Linux's here.");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_character_device_has_a_number_of_its_own_kind_and_what_is_no_device_has_none()
    {
        Assert.Equal("c1:3", BlockDevice.ReadNumber("/dev/null"));
        Assert.Null(BlockDevice.ReadNumber(_folder.Path));
        Assert.Null(BlockDevice.ReadNumber(_folder["missing"]));
    }

    [Fact]
    public async Task A_descriptor_of_a_file_system_whose_program_does_not_answer_is_not_waited_for()
    {
        const int pathOnly = 0x200000; // O_PATH
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/dev/fuse"), "Needs root, and FUSE.");
        var place = Directory.CreateDirectory(_folder["mount"]).FullName;
        using var program = File.OpenHandle("/dev/fuse", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite); // its side of the mount: it never reads
        var options = string.Create(
            CultureInfo.InvariantCulture, $"fd={program.DangerousGetHandle()},rootmode=40000,user_id=0,group_id=0");
        Assert.SkipUnless(Mount("silent", place, "fuse", 0, options) == 0, "FUSE is not for use here.");
        try
        {
            using var folder = new SafeFileHandle(Open(place, pathOnly), ownsHandle: true);
            var path = string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{folder.DangerousGetHandle()}");

            Assert.Null(await Task.Run(() => BlockDevice.ReadNumber(path)).WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        }
        finally
        {
            const int detach = 2; // MNT_DETACH
            program.Dispose(); // calls that wait get an error
            _ = Unmount(place, detach);
        }
    }

    [LibraryImport("libc", EntryPoint = "mount", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Mount(string source, string target, string type, nuint flags, string options);

    [LibraryImport("libc", EntryPoint = "umount2", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unmount(string target, int flags);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);
}
