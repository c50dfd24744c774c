using StorageConnect.Host.Scsi;

namespace StorageConnect.Tests.Host.Fabric;

/// <summary>A kernel after each write to which something happens at once: the write hasn't returned yet.</summary>
internal sealed class EventfulKernel(IKernel kernel, Action<string> after) : IKernel
{
    public void Write(string path, string text)
    {
        kernel.Write(path, text);
        after(path);
    }

    public byte[] ReadVpdPage(string disk, byte page) => kernel.ReadVpdPage(disk, page);

    public IDisposable? TryClaim(string node) => kernel.TryClaim(node);

    public string? ReadDevice(string path) => kernel.ReadDevice(path);

    public string? ReadLoopDevice(string loop) => kernel.ReadLoopDevice(loop);
}
