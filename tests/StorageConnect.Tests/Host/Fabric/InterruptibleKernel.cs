using StorageConnect.Host.Scsi;

namespace StorageConnect.Tests.Host.Fabric;

/// <summary>
/// A kernel as one run of the product sees it: each write to it is a step at which the run may end. A write that has begun is made also when the run is
/// cancelled meanwhile, and takes its time then.
/// </summary>
internal sealed class InterruptibleKernel(IKernel kernel, Action step, CancellationToken cancellationToken) : IKernel
{
    public void Write(string path, string text)
    {
        var isEnded = cancellationToken.IsCancellationRequested;
        step();
        if (!isEnded && cancellationToken.IsCancellationRequested)
        {
            Thread.Sleep(30);
        }

        kernel.Write(path, text);
    }

    public byte[] ReadVpdPage(string disk, byte page) => kernel.ReadVpdPage(disk, page);

    public IDisposable? TryClaim(string node) => kernel.TryClaim(node);

    public string? ReadDevice(string path) => kernel.ReadDevice(path);

    public string? ReadLoopDevice(string loop) => kernel.ReadLoopDevice(loop);
}
