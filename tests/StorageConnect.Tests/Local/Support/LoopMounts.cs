using System.Diagnostics;
using StorageConnect.Tests.Local.Support;
using Xunit;

[assembly: AssemblyFixture(typeof(LoopMounts))]

namespace StorageConnect.Tests.Local.Support;

/// <summary>Small file systems in image files, made when a test first needs one and unmounted after the last.</summary>
public sealed class LoopMounts : IDisposable
{
    private static readonly Lock Gate = new();
    private static readonly Dictionary<PoolKind, LoopMount> Shared = [];

    /// <summary>A folder for a pool of this kind, empty; the test is skipped where there can be none.</summary>
    public static string NewFolder(PoolKind kind)
    {
        var parent = kind == PoolKind.Copy ? TemporaryFiles.Usual : SharedMount(kind).Folder;
        var folder = Path.Combine(parent, $"pool-{Guid.NewGuid():N}");
        Directory.CreateDirectory(folder);
        return folder;
    }

    /// <summary>A file system for one test alone, of that many bytes.</summary>
    /// <param name="kind">The file system.</param>
    /// <param name="size">Its size.</param>
    /// <param name="parent">Where its image and mount point are made; the temporary folder when null.</param>
    public static LoopMount NewMount(PoolKind kind, long size = 400L << 20, string? parent = null)
    {
        RequireTools(kind);
        return new(kind, size, parent);
    }

    public void Dispose()
    {
        lock (Gate)
        {
            foreach (var mount in Shared.Values)
            {
                mount.Dispose();
            }

            Shared.Clear();
        }
    }

    internal static string Run(string tool, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{tool} {string.Join(' ', arguments)}: {error.Result}");
    }

    private static LoopMount SharedMount(PoolKind kind)
    {
        RequireTools(kind);
        lock (Gate)
        {
            return Shared.TryGetValue(kind, out var mount) ? mount : Shared[kind] = new(kind, 2L << 30);
        }
    }

    private static void RequireTools(PoolKind kind)
    {
        Assert.SkipUnless(Environment.UserName == "root", "Mounting a file system for the test needs root.");
        var (tool, package) = kind switch
        {
            PoolKind.Xfs => ("mkfs.xfs", "xfsprogs"),
            PoolKind.Btrfs => ("mkfs.btrfs", "btrfs-progs"),
            _ => ("mkfs.ext4", "e2fsprogs"),
        };
        Assert.SkipUnless(File.Exists($"/usr/sbin/{tool}") || File.Exists($"/sbin/{tool}"), $"{tool} is missing: install the package {package}.");
        Assert.SkipUnless(File.ReadAllText("/proc/filesystems").Contains($"\t{kind.ToString().ToLowerInvariant()}\n", StringComparison.Ordinal),
            $"The kernel has no {kind}.");
        Assert.SkipUnless(File.Exists("/dev/loop-control"), "The kernel has no loop devices.");
    }
}

/// <summary>A mounted image file.</summary>
public sealed class LoopMount : IDisposable
{
    private const int LongestUseSeconds = 30;
    private readonly string _image;

    public LoopMount(PoolKind kind, long size, string? parent = null)
    {
        var name = Path.Combine(parent ?? Path.GetTempPath(), $"storageconnect-{kind}-{Guid.NewGuid():N}");
        _image = name + ".img";
        Folder = name + ".mnt";
        using (var file = File.Create(_image))
        {
            file.SetLength(size);
        }

        Directory.CreateDirectory(Folder);
        switch (kind)
        {
            case PoolKind.Xfs:
                LoopMounts.Run("mkfs.xfs", "-q", _image);
                break;
            case PoolKind.Btrfs:
                LoopMounts.Run("mkfs.btrfs", "-q", _image);
                break;
            default:
                LoopMounts.Run("mkfs.ext4", "-q", "-F", "-m", "0", _image);
                break;
        }

        Mount();
    }

    public string Folder { get; }

    /// <summary>What the disk holds at this moment, as after a power cut. The image must lie on a file system that shares blocks.</summary>
    public string Cut(string name)
    {
        LoopMounts.Run("cp", "--reflink=always", _image, $"{_image}.{name}");
        return $"{_image}.{name}";
    }

    /// <summary>Puts what <see cref="Cut"/> kept in the place of the disk, and mounts it.</summary>
    public void MountCut(string image)
    {
        File.Move(image, _image, overwrite: true);
        Mount();
    }

    /// <remarks>
    /// The kernel refuses an XFS or Btrfs file system while another one with its identity is still being unmounted in some namespace.
    /// </remarks>
    public void Mount() => UntilDone(
        () => LoopMounts.Run("mount", "-o", "loop", _image, Folder),
        refusal => refusal.Contains("wrong fs type", StringComparison.Ordinal) || refusal.Contains("File exists", StringComparison.Ordinal));

    /// <param name="mode"><c>ro</c> or <c>rw</c>.</param>
    /// <remarks>As <see cref="Unmount"/>.</remarks>
    public void Remount(string mode) => UntilDone(
        () => LoopMounts.Run("mount", "-o", $"remount,{mode}", Folder), refusal => refusal.Contains("busy", StringComparison.Ordinal));

    /// <remarks>A program that another test starts holds copies of this process's descriptors from its fork to its exec.</remarks>
    public void Unmount() => UntilDone(() => LoopMounts.Run("umount", Folder), refusal => refusal.Contains("busy", StringComparison.Ordinal));

    public void Dispose()
    {
        // After a failure it may not be mounted, which must not hide that failure.
        if (File.ReadLines("/proc/self/mounts").Any(line => line.Split(' ')[1] == Folder))
        {
            try
            {
                LoopMounts.Run("umount", Folder);
            }
            catch (InvalidOperationException)
            {
                LoopMounts.Run("umount", "-l", Folder);
            }
        }

        Directory.Delete(Folder);
        File.Delete(_image);
    }

    private static void UntilDone(Action action, Func<string, bool> mayPass)
    {
        var end = TimeProvider.System.GetTimestamp() + (TimeProvider.System.TimestampFrequency * LongestUseSeconds);
        while (true)
        {
            try
            {
                action();
                return;
            }
            catch (InvalidOperationException e) when (mayPass(e.Message) && TimeProvider.System.GetTimestamp() < end)
            {
                Thread.Sleep(50);
            }
        }
    }
}
