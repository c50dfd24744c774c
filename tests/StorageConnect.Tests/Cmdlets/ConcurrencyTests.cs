using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>How many changes of one command reach a plug-in at the same time.</summary>
[Collection(ModuleSessions.Name)]
public sealed class ConcurrencyTests : IDisposable
{
    private readonly RecordingSession _session = new();

    [Fact]
    public void A_plug_in_that_says_nothing_of_it_gets_one_change_after_another_in_the_order_given()
    {
        var (now, most) = (0, 0);
        _session.Array.Before("create", async (_, _) =>
        {
            most = Math.Max(most, Interlocked.Increment(ref now));
            await Task.Yield();
            Interlocked.Decrement(ref now);
        });

        _session.Invoke("1..20 | ForEach-Object { \"v$_\" } | New-OscStorageElement -Size 1MB").Succeeds();

        Assert.Equal(1, most);
        Assert.Equal(Enumerable.Range(1, 20).Select(i => $"v{i}"),
            _session.Array.Calls.Where(call => call.Method == "create").Select(call => call.Arguments.OfType<StorageElement>().Single().Name));
    }

    public void Dispose() => _session.Dispose();
}
