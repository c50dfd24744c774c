using System.Runtime.CompilerServices;

namespace StorageConnect.Tests.Engine.Workers;

/// <summary>A plug-in that does harm: the status of an element is asked, and its name says what happens.</summary>
public abstract class DangerousPlugin : StorageArrayPlugin
{
    public override Task ValidateAsync(StorageServer server, CancellationToken cancellationToken) => Task.CompletedTask;

    public override Task<StorageServer> GetInfoAsync(StorageServer server, CancellationToken cancellationToken) =>
        Task.FromResult(server with { Description = "dangerous", Status = "ok" });

    public override Task<StorageElement> GetInfoAsync(StorageServer server, StorageElement element, CancellationToken cancellationToken) =>
        Task.FromResult(element);

    public override Task<string> GetStatusAsync(StorageServer server, StorageElement? element, CancellationToken cancellationToken)
    {
        switch (element?.Name)
        {
            case "exit":
                Environment.Exit(3);
                break;
            case "failfast":
                Environment.FailFast("on purpose");
                break;
            case "overflow":
                return Task.FromResult($"{Deeper(0)}");
            case "thread":
                new Thread(static () => throw new InvalidOperationException("on a thread of its own")).Start();
                Thread.Sleep(Timeout.Infinite);
                break;
            case "native":
                WriteAt(1 << 30);
                break;
            case "hang":
                Thread.Sleep(Timeout.Infinite);
                break;
            case "state folder":
                return Task.FromResult(Services.StateFolder);
            case "print":
                for (var i = 0; i < 10_000; i++)
                {
                    Console.WriteLine(new string('x', 1000));
                }

                break;
        }

        return Task.FromResult("ok");
    }

    public override IAsyncEnumerable<StorageElement> ListAsync(StorageServer server, StorageElementFilter filter, CancellationToken cancellationToken) =>
        AsyncEnumerable.Empty<StorageElement>();

    // Not a tail call: something is added to what comes back.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    private static long Deeper(long depth) => 1 + Deeper(depth + 1);

    private static unsafe void WriteAt(nint address) => *(int*)(address << 8) = 1;
}
