using StorageConnect.Host.Scsi;

namespace StorageConnect.Tests.Host.Fabric;

/// <summary>A kernel as one run of the product sees it: each write to it is a step at which the run may end.</summary>
internal sealed class InterruptibleKernel(IKernel kernel, Action step) : IKernel
{
    public void Write(string path, string text)
    {
        step();
        kernel.Write(path, text);
    }

    public byte[] ReadVpdPage(string disk, byte page) => kernel.ReadVpdPage(disk, page);

    public IDisposable? TryClaim(string node) => kernel.TryClaim(node);

    public string? ReadBlockDevice(string path) => kernel.ReadBlockDevice(path);

    public string? ReadLoopDevice(string loop) => kernel.ReadLoopDevice(loop);
}
