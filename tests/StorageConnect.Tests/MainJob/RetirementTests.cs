using StorageConnect.Tests.Cmdlets;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.MainJob;

/// <summary>The runbook that retires elements, on an array that fails or changes meanwhile: nothing is lost that its output doesn't tell.</summary>
[Collection(ModuleSessions.Name)]
public sealed class RetirementTests : IDisposable
{
    private readonly RecordingSession _session = new();

    private static string Runbook => Path.Combine(StagedModule.Root, "docs", "runbooks", "Remove-RetiredElement.ps1");

    [Fact]
    public void The_groups_of_an_element_are_told_though_the_array_fails_to_take_it_away_from_them()
    {
        _session.Create("db01");
        _session.Group("hosts");
        _session.Module.Invoke("Grant-OscStorageElementAccess db01 hosts").Succeeds();
        _session.Array.Throw(GuideMethod.StopPresent, () => new ArrayUnreachableException("The array restarts.") { ErrorId = "Restarting" });

        var outcome = _session.Invoke(
            "try { & $runbook db01 -Confirm:$false | ForEach-Object { \"$($_.State) $($_.AccessGroup)\" } } catch { 'failed' }", ("runbook", Runbook));

        Assert.Equal(["Offline hosts", "failed"], outcome.Output.Select(line => line.ToString()));
        Assert.StartsWith("Restarting,", outcome.Errors[0].FullyQualifiedErrorId, StringComparison.Ordinal);
    }

    [Fact]
    public void An_array_that_sets_nothing_offline_keeps_the_element_as_it_is()
    {
        _session.Create("db01");
        _session.Group("hosts");
        _session.Module.Invoke("Grant-OscStorageElementAccess db01 hosts").Succeeds();
        _session.Array.Throw(GuideMethod.Offline, () => new NoSuchOperationException("The array sets nothing offline."));

        var outcome = _session.Invoke("try { & $runbook db01 -Confirm:$false } catch { 'failed' }", ("runbook", Runbook));

        Assert.Equal(["failed"], outcome.Output.Select(line => line.ToString()));
        Assert.Equal(["hosts"], _session.Module.Get<string>("(Get-OscStorageElement db01).AccessGroupNames"));
    }

    [Fact]
    public void An_element_that_is_in_use_again_keeps_its_snapshots()
    {
        var element = _session.Create("db01");
        _session.Snapshot(element, "last-state");
        _session.Module.Invoke("Disable-OscStorageElement db01 -Confirm:$false").Succeeds();
        var offline = Assert.Single(_session.Module.Get<StorageElement>("Get-OscStorageElement db01"));
        _session.Array.Before(GuideMethod.GetInfo, Enable);
        _session.Array.Before(GuideMethod.GetCurrentSnaps, Enable);

        var outcome = _session.Invoke("& $runbook db01 -Permanently -IncludeSnapshot -Confirm:$false", ("runbook", Runbook));

        Assert.StartsWith("'db01' is Online", outcome.Errors[0].Exception.Message, StringComparison.Ordinal);
        Assert.Equal(["last-state"], _session.Module.Get<string>("(Get-OscSnapshot).Name"));

        // Somebody takes it into use after the runbook has listed it.
        Task Enable(RecordedCall call, CancellationToken cancellationToken)
        {
            if (_session.Array.CalledMethods.Contains(GuideMethod.List))
            {
                _session.Array.Contents.Put(offline with { State = StorageElementState.Online });
            }

            return Task.CompletedTask;
        }
    }

    public void Dispose() => _session.Dispose();
}
