using System.Diagnostics;
using Xunit;

namespace StorageConnect.Tests.Linux;

/// <summary>The identity of a process holds for one run of it.</summary>
public sealed class ProcessIdentityTests
{
    public ProcessIdentityTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "It reads /proc.");

    [Fact]
    public void This_process_has_one_with_its_number_and_the_boot()
    {
        var identity = ProcessIdentity.Of(Environment.ProcessId);

        Assert.NotNull(identity);
        Assert.True(identity.IsAlive());
        Assert.Equal(identity, ProcessIdentity.Of(Environment.ProcessId));
        Assert.StartsWith($"{Environment.ProcessId} ", identity.Text, StringComparison.Ordinal);
        Assert.EndsWith($" {BootId.TryRead()}", identity.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_ended_process_has_none_and_its_identity_is_not_alive()
    {
        using var process = Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true })!;
        var identity = ProcessIdentity.Of(process.Id);
        Assert.NotNull(identity);
        process.StandardInput.Close();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Null(ProcessIdentity.Of(process.Id));
        Assert.False(identity.IsAlive());
    }

    [Fact]
    public void Without_proc_there_is_no_boot_id() => Assert.Null(BootId.TryRead("/nowhere"));
}
