using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>With the error action Stop a command ends with its first error; what was confirmed before is done by then, and nothing after it.</summary>
[Collection(ModuleSessions.Name)]
public sealed class StoppingErrorTests : IDisposable
{
    private readonly RecordingSession _session = new();

    public StoppingErrorTests()
    {
        _session.Create("a");
        _session.Create("b");
        _session.Create("c");
        _session.Group("hosts");
        _session.Group("spare");
        _session.Module.Invoke("$spare = Get-OscAccessGroup spare; $hosts = Get-OscAccessGroup hosts").Succeeds();
    }

    [Fact]
    public void Grants_and_revokes_before_it_are_made()
    {
        Stop("'a', 'b', 'none', 'c' | Grant-OscStorageElementAccess -AccessGroup hosts");
        Assert.Equal(["a", "b"], Presented());

        Stop("'a', 'none', 'b' | Revoke-OscStorageElementAccess -AccessGroup hosts -Confirm:$false");
        Assert.Equal(["b"], Presented());
    }

    [Fact]
    public void Groups_before_it_are_removed()
    {
        Stop("$spare, (Get-OscStorageElement a), $hosts | Remove-OscAccessGroup -Confirm:$false");

        Assert.Equal(["hosts"], _session.Module.Get<AccessGroup>("Get-OscAccessGroup").Select(group => group.Name));
    }

    [Fact]
    public void Elements_whose_detaching_had_begun_are_detached_and_told()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Detaching needs root.");
        var failing = new TaskCompletionSource();
        _session.Module.Invoke("'a', 'b', 'c' | Grant-OscStorageElementAccess -AccessGroup hosts; $a, $b = Get-OscStorageElement a, b").Succeeds();
        _session.Create("gone");
        _session.Module.Invoke("$gone = Get-OscStorageElement gone; Remove-OscStorageElement gone -Confirm:$false").Succeeds();
        _session.Array.Before(GuideMethod.GetInfo, (call, _) => Of(call) == "gone" ? failing.Task : Task.CompletedTask);
        _session.Array.Before(GuideMethod.List, (_, _) =>
        {
            // c is looked for, when the others have begun.
            failing.TrySetResult();
            return Task.CompletedTask;
        });

        var told = _session.Module.Get<string>(
            """
            $ErrorActionPreference = 'Stop'; $told = [Collections.Generic.List[string]]::new()
            try
            {
                $gone, $a, $b, 'c' | Disconnect-OscStorageElement -AccessGroup hosts -ThrottleLimit 1 -PassThru -Confirm:$false |
                    ForEach-Object { $told.Add($_.Name) }
            }
            catch { 'stopped' }
            $told | Sort-Object
            """);

        Assert.Equal(["stopped", "a", "b", "c"], told);
        Assert.Empty(Presented());
    }

    [Fact]
    public void Elements_that_nobody_waits_for_any_more_are_not_detached()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Detaching needs root.");
        var ended = new System.Collections.Concurrent.ConcurrentBag<string?>();
        using var others = new CountdownEvent(2);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _session.Module.Invoke("'a', 'b', 'c' | Grant-OscStorageElementAccess -AccessGroup hosts; $all = Get-OscStorageElement a, b, c").Succeeds();
        _session.Array.Before(GuideMethod.GetInfo, async (call, cancellationToken) =>
        {
            if (Of(call) is "b" or "c")
            {
                await using (cancellationToken.Register(() => ended.Add(Of(call))))
                {
                    if (others.Signal())
                    {
                        begun.SetResult();
                    }

                    await Task.Delay(Timeout.Infinite, cancellationToken);
                }
            }

            await begun.Task.WaitAsync(TimeSpan.FromMinutes(1), cancellationToken);
        });

        Assert.Equal(["a"], _session.Module.Get<string>(
            "($all | Disconnect-OscStorageElement -AccessGroup hosts -PassThru -Confirm:$false | Select-Object -First 1).Name"));
        Assert.Equal(["b", "c"], ended.Order());
        Assert.Equal(["b", "c"], Presented());
    }

    public void Dispose() => _session.Dispose();

    private static string? Of(RecordedCall call) => call.Arguments.OfType<StorageElement>().FirstOrDefault()?.Name;

    private void Stop(string script) =>
        Assert.Equal(["stopped"], _session.Module.Get<string>($"$ErrorActionPreference = 'Stop'; try {{ {script} }} catch {{ 'stopped' }}"));

    private IEnumerable<string> Presented() => _session.Module.Get<string>(
        "Get-OscStorageElement -AccessGroup hosts | ForEach-Object Name | Sort-Object");
}
