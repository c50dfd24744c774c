using System.Management.Automation;
using StorageConnect.Tests.Cmdlets;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Operations;

/// <summary>Long operations as a user meets them: waited for, or begun and followed later, on an array that behaves and on arrays that don't.</summary>
[Collection(ModuleSessions.Name)]
public sealed class OperationCmdletTests : IDisposable
{
    private readonly RecordingSession _session = new();
    private readonly StorageElement _lun;

    public OperationCmdletTests()
    {
        _lun = _session.Create("db01");
        _session.Array.Contents.Abilities = new(_session.Array.Contents.Abilities)
        {
            CloneIsSync = Ability.No,
            SnapIsSync = Ability.No,
            SnapCloneIsSync = Ability.No,
            ResizeIsSync = Ability.No,
            SplitCloneIsSync = Ability.No,
        };
    }

    private string Store => Path.Combine(_session.Module.Folder.Path, "xdg_state_home", "storage-connect", "operations");

    private string[] Kept => Directory.Exists(Store) ? Directory.GetFiles(Store, "*.json") : [];

    [Theory]
    [InlineData("New-OscStorageElement new 1GB", OscOperationKind.Create, "new")]
    [InlineData("$lun | Resize-OscStorageElement -Size 2GB", OscOperationKind.Resize, "db01")]
    [InlineData("$lun | New-OscSnapshot -SnapshotName s", OscOperationKind.Snapshot, "s")]
    [InlineData("$lun | New-OscSnapshot -SnapshotName s -Group", OscOperationKind.Snapshot, "s")]
    [InlineData("$lun | Invoke-OscClone -Name c", OscOperationKind.Clone, "c")]
    [InlineData("$clone | Split-OscClone -PassThru", OscOperationKind.Split, "clone")]
    public void With_NoWait_the_operation_comes_at_once_and_its_record_is_the_one_of_the_waiting_call(string script, OscOperationKind kind, string target)
    {
        var clone = Assert.Single(_session.Module.Get<StorageElement>("$lun | Invoke-OscClone -Name clone", ("lun", _lun)));
        _session.Array.ForgetCalls();

        var operation = Assert.Single(_session.Module.Get<OscOperation>(script + " -NoWait", ("lun", _lun), ("clone", clone)));

        Assert.Equal((kind, target, "lab"), (operation.Kind, operation.Target, operation.StorageServerName));
        Assert.Equal(kind == OscOperationKind.Create ? OscOperationState.Completed : OscOperationState.Running, operation.State);
        Assert.DoesNotContain(GuideMethod.GetAsyncProgress, _session.Array.CalledMethods);
        Assert.Single(Kept);

        var waited = Assert.Single(_session.Module.Get<StorageElement>("$o | Wait-OscOperation", ("o", operation)));
        var present = _session.Array.Contents.Get(waited) with { StorageServerUuid = waited.StorageServerUuid, StorageServerName = "lab" };
        Assert.Equal(present, waited);
        Assert.Null(waited.AsyncProgress);
        Assert.Null(waited.AsyncHandle);
        Assert.Empty(Kept);
    }

    [Theory]
    [InlineData("New-OscStorageElement new 1GB -NoWait")]
    [InlineData("$lun | Invoke-OscClone -NoWait")]
    public void Under_WhatIf_nothing_is_begun(string script)
    {
        var outcome = _session.Invoke("$WhatIfPreference = $true; " + script, ("lun", _lun));

        Assert.Empty(outcome.Output);
        Assert.Empty(Kept);
    }

    [Fact]
    public void The_bar_has_said_how_to_take_it_up_again_before_anybody_stops_it_and_is_completed_at_the_end()
    {
        _session.Array.Contents.AsyncSteps = [-1, 40, 20, 250];

        var outcome = _session.Invoke("$lun | Invoke-OscClone -Name slow", ("lun", _lun));

        var first = outcome.Progress[0];
        Assert.Equal("Cloning slow (lab)", first.Activity);
        Assert.Matches("Wait-OscOperation -Id [0-9a-f]{12}", first.StatusDescription);
        Assert.Equal(-1, first.PercentComplete);
        Assert.All(outcome.Progress, record => Assert.InRange(record.PercentComplete, -1, 100));
        Assert.Equal(ProgressRecordType.Completed, outcome.Progress[^1].RecordType);
        Assert.Empty(Kept);
    }

    [Fact]
    public void A_batch_of_a_known_number_has_a_bar_over_the_bar()
    {
        var outcome = _session.Invoke("Invoke-OscClone $lun, $lun, $lun", ("lun", _lun));

        Assert.Equal(3, outcome.Output.Count);
        var parent = outcome.Progress.First(record => record.ParentActivityId < 0);
        Assert.Equal("0 of 3 done", parent.StatusDescription);
        Assert.Contains(outcome.Progress, record => record.ParentActivityId == parent.ActivityId);
        Assert.All(
            outcome.Progress.GroupBy(record => record.ActivityId),
            bar => Assert.Equal(ProgressRecordType.Completed, bar.Last().RecordType));
    }

    [Fact]
    public void An_array_that_is_done_at_once_needs_no_second_question()
    {
        _session.Array.Contents.AsyncSteps = [0];

        var outcome = _session.Invoke("$lun | Invoke-OscClone -Name quick", ("lun", _lun));

        Assert.Equal("quick", ((StorageElement)Assert.Single(outcome.Output).BaseObject).Name);
        Assert.Single(_session.Array.CalledMethods, GuideMethod.GetAsyncProgress);
    }

    [Fact]
    public void A_plug_in_that_fails_twice_and_recovers_is_borne_with()
    {
        var failures = 2;
        _session.Array.Before(GuideMethod.GetAsyncProgress, (_, _) => failures-- > 0 ? throw new InvalidOperationException("hiccup") : Task.CompletedTask);

        var outcome = _session.Invoke("$lun | Invoke-OscClone -Name brave", ("lun", _lun));

        Assert.Empty(outcome.Errors);
        Assert.Equal("brave", ((StorageElement)Assert.Single(outcome.Output).BaseObject).Name);
    }

    [Fact]
    public void A_plug_in_that_never_stops_failing_ends_the_wait_and_the_operation_stays()
    {
        _session.Array.Throw(GuideMethod.GetAsyncProgress, () => new InvalidOperationException("broken"));

        var outcome = _session.Invoke("$lun | Invoke-OscClone -Name broken", ("lun", _lun));

        outcome.Error("PluginFailure");
        Assert.Contains("Wait-OscOperation -Id", Assert.Single(outcome.Warnings).Message, StringComparison.Ordinal);
        Assert.Single(Kept);

        _session.Array.Behave(GuideMethod.GetAsyncProgress);
        Assert.Equal("broken", Assert.Single(_session.Module.Get<StorageElement>("Get-OscOperation | Wait-OscOperation")).Name);
    }

    [Fact]
    public void An_operation_that_never_ends_is_named_when_the_time_is_over_and_goes_on()
    {
        NeverEnd();

        var outcome = _session.Invoke("$o = $lun | Invoke-OscClone -Name endless -NoWait; $o | Wait-OscOperation -Timeout 1", ("lun", _lun));

        var error = outcome.Error("OperationTimeout");
        Assert.Equal(ErrorCategory.OperationTimeout, error.CategoryInfo.Category);
        Assert.Contains("'endless'", error.Exception.Message, StringComparison.Ordinal);
        Assert.Equal("endless", Assert.Single(Assert.IsType<OscOperation[]>(error.TargetObject)).Target);
        Assert.Single(Kept);
        Assert.Equal(0, Followed());
    }

    [Fact]
    public void A_piped_operation_is_asked_after_even_if_its_server_is_forgotten()
    {
        var outcome = _session.Invoke("$o = New-OscStorageElement new 1GB -NoWait; Unregister-OscStorageServer lab; $o | Get-OscOperation");

        Assert.Empty(outcome.Errors);
        Assert.Equal(OscOperationState.Completed, Assert.IsType<OscOperation>(Assert.Single(outcome.Output).BaseObject).State);
    }

    [Fact]
    public void An_operation_is_on_its_server_whatever_the_server_is_called_by_now()
    {
        using var other = new RecordingArray();
        var operation = Assert.Single(_session.Module.Get<OscOperation>("New-OscStorageElement new 1GB -NoWait; Set-OscStorageServer lab -NewName renamed"));
        _session.Register("lab", other);

        Assert.Equal([operation.Id], _session.Module.Get<string>("(Get-OscOperation $id -StorageServer renamed).Id", ("id", operation.Id)));
        var error = _session.Module.Invoke("Get-OscOperation $id -StorageServer lab").Error("StorageServerConflict");
        Assert.Contains("'renamed'", error.Exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("4294968")]
    [InlineData("([int]::MaxValue)")]
    public void A_wait_may_last_for_years(string timeout)
    {
        _session.Array.Contents.AsyncSteps = [0, 50];

        Assert.Equal(["c"], _session.Module.Get<string>(
            $"($lun | Invoke-OscClone -Name c -NoWait | Wait-OscOperation -Timeout {timeout}).Name", ("lun", _lun)));
    }

    [Fact]
    public void With_PassThru_the_operations_come_as_they_ended_those_that_failed_too()
    {
        _session.Array.Throw(GuideMethod.GetAsyncProgress, () => new LimitExceededException("The pool is full."));

        var outcome =
            _session.Invoke(
                "New-OscStorageElement new 1GB -NoWait | Wait-OscOperation -PassThru -PollInterval 1; $lun | Invoke-OscClone -Name bad -NoWait | " +
                    "Wait-OscOperation -PassThru", ("lun", _lun));

        outcome.Error("LimitExceeded");
        Assert.Equal([OscOperationState.Completed, OscOperationState.Failed],
            outcome.Output.Select(item => Assert.IsType<OscOperation>(item.BaseObject).State));
        Assert.Equal("new", ((OscOperation)outcome.Output[0].BaseObject).Result!.Name);
        Assert.Empty(Kept);
    }

    [Fact]
    public void With_a_timeout_of_0_what_is_done_comes_and_the_others_are_named()
    {
        NeverEnd("endless");

        var outcome = _session.Invoke(
            "$o = 'endless', 'done' | ForEach-Object { Invoke-OscClone $lun -Name $_ -NoWait }; Get-OscOperation | Out-Null; $o | Wait-OscOperation -Timeout 0",
            ("lun", _lun));

        Assert.Equal("done", ((StorageElement)Assert.Single(outcome.Output).BaseObject).Name);
        Assert.DoesNotContain("'done'", outcome.Error("OperationTimeout").Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_waits_for_the_first_and_leaves_the_others()
    {
        NeverEnd("endless");

        var outcome = _session.Invoke("'endless', 'done' | ForEach-Object { Invoke-OscClone $lun -Name $_ -NoWait } | Wait-OscOperation -Any", ("lun", _lun));

        Assert.Empty(outcome.Errors);
        Assert.Equal("done", ((StorageElement)Assert.Single(outcome.Output).BaseObject).Name);
        Assert.Single(Kept);
        Assert.Equal(0, Followed());
    }

    [Fact]
    public void One_that_fails_is_an_error_with_its_own_id_and_category_and_the_others_go_on()
    {
        _session.Array.Before(GuideMethod.GetAsyncProgress, (call, _) => call.Argument<StorageElement>(0).Name == "bad"
            ? throw new LimitExceededException("The pool is full.") { ErrorId = "OutOfSpace", Element = "bad", Recommendation = "Make room." }
            : Task.CompletedTask);

        var outcome = _session.Invoke("'one', 'bad', 'two' | ForEach-Object { Invoke-OscClone $lun -Name $_ -NoWait } | Wait-OscOperation", ("lun", _lun));

        Assert.Equal(["one", "two"], outcome.Output.Select(item => ((StorageElement)item.BaseObject).Name).Order());
        var error = outcome.Error("OutOfSpace");
        Assert.Equal(ErrorCategory.LimitsExceeded, error.CategoryInfo.Category);
        Assert.Equal("Make room.", error.ErrorDetails.RecommendedAction);
        Assert.Equal("bad", Assert.IsType<OscOperation>(error.TargetObject).Target);
        Assert.Empty(Kept);
    }

    [Fact]
    public void Get_asks_anew_each_time_and_shows_only_what_is_wanted()
    {
        _session.Array.Contents.AsyncSteps = [0, 30, 60];
        using var other = new RecordingArray();
        _session.Register("other", other);
        _session.Invoke("$lun | Invoke-OscClone -Name c -NoWait; New-OscStorageElement there 1GB -StorageServer other -NoWait", ("lun", _lun));

        int? Percent() => Assert.Single(_session.Module.Get<OscOperation>("Get-OscOperation -StorageServer lab")).PercentComplete;
        Assert.Equal([30, 60, 100], [Percent(), Percent(), Percent()]);

        Assert.Equal(["c", "there"], _session.Module.Get<OscOperation>("Get-OscOperation -State Completed").Select(operation => operation.Target));
        Assert.Empty(_session.Module.Get<OscOperation>("Get-OscOperation -State Running, Failed"));
        var one = Assert.Single(_session.Module.Get<OscOperation>("Get-OscOperation -StorageServer other"));
        Assert.Equal(one, Assert.Single(_session.Module.Get<OscOperation>("Get-OscOperation $id", ("id", one.Id))));
        Assert.Equal("there", one.Result!.Name);
        _session.Invoke("Get-OscOperation nosuch").Error("OperationNotFound");
    }

    [Fact]
    public void What_can_not_be_read_or_asked_is_an_error_of_its_own_and_can_be_forgotten_by_force()
    {
        _session.Invoke("$lun | Invoke-OscClone -Name c -NoWait", ("lun", _lun));
        File.WriteAllText(Path.Combine(Store, "broken1.json"), "{");

        var outcome = _session.Invoke("Get-OscOperation");
        outcome.Error("OperationUnreadable");
        Assert.Equal("c", ((OscOperation)Assert.Single(outcome.Output).BaseObject).Target);

        _session.Invoke("Remove-OscOperation broken1").Error("OperationUnreadable");
        Assert.Empty(_session.Invoke("Remove-OscOperation broken1 -Force").Errors);

        _session.Invoke("Unregister-OscStorageServer lab -Confirm:$false");
        outcome = _session.Invoke("Get-OscOperation");
        outcome.Error("StorageServerNotFound");
        Assert.Equal(OscOperationState.Running, ((OscOperation)Assert.Single(outcome.Output).BaseObject).State);
        _session.Module.Invoke("Get-OscOperation | Remove-OscOperation -Force").Error("StorageServerNotFound");
        Assert.Empty(Kept);
    }

    [Fact]
    public void An_outcome_can_be_waited_for_again_and_is_listed_as_history()
    {
        var operation = Assert.Single(_session.Module.Get<OscOperation>("$lun | Invoke-OscClone -Name c -NoWait", ("lun", _lun)));
        var first = Assert.Single(_session.Module.Get<StorageElement>("$o | Wait-OscOperation", ("o", operation)));
        _session.Array.Throw(GuideMethod.GetAsyncProgress, () => new NotFoundException("I know of no such operation."));

        Assert.Equal(first, Assert.Single(_session.Module.Get<StorageElement>("Wait-OscOperation -Id $id", ("id", operation.Id))));
        Assert.Empty(_session.Module.Get<OscOperation>("Get-OscOperation"));
        var kept = Assert.Single(_session.Module.Get<OscOperation>("Get-OscOperation -All"));
        Assert.Equal((operation.Id, OscOperationState.Completed, first), (kept.Id, kept.State, kept.Result));
        Assert.Equal(kept, Assert.Single(_session.Module.Get<OscOperation>("Get-OscOperation $id", ("id", operation.Id))));
        Assert.Empty(_session.Invoke("Remove-OscOperation $id", ("id", operation.Id)).Errors);
        Assert.Empty(_session.Module.Get<OscOperation>("Get-OscOperation -All"));
    }

    [Fact]
    public void A_failed_one_fails_the_same_way_for_who_waits_again()
    {
        var operation = Assert.Single(_session.Module.Get<OscOperation>("$lun | Invoke-OscClone -Name c -NoWait", ("lun", _lun)));
        _session.Array.Throw(GuideMethod.GetAsyncProgress, () => new LimitExceededException("The pool is full.") { ErrorId = "PoolFull" });

        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("The pool is full.", _session.Invoke("$o | Wait-OscOperation", ("o", operation)).Error("PoolFull").Exception.Message);
        }
    }

    [Fact]
    public void A_running_one_is_not_forgotten_a_finished_one_is()
    {
        NeverEnd();
        var operation = Assert.Single(_session.Module.Get<OscOperation>("$lun | Invoke-OscClone -Name c -NoWait", ("lun", _lun)));

        Assert.Equal(ErrorCategory.ResourceBusy, _session.Invoke("$o | Remove-OscOperation", ("o", operation)).Error("OperationRunning").CategoryInfo.Category);
        Assert.Single(Kept);
        _session.Array.Behave(GuideMethod.GetAsyncProgress);
        _session.Array.Contents.AsyncSteps = [0];
        Assert.Empty(_session.Invoke("$o | Remove-OscOperation -WhatIf", ("o", operation)).Errors);
        Assert.Single(Kept);
        Assert.Empty(_session.Invoke("$o | Remove-OscOperation", ("o", operation)).Errors);
        Assert.Empty(Kept);
    }

    [Fact]
    public void One_that_is_stopped_is_gone_from_the_array_and_who_waits_for_it_is_told()
    {
        NeverEnd();
        var operation = Assert.Single(_session.Module.Get<OscOperation>("$lun | Invoke-OscClone -Name c -NoWait", ("lun", _lun)));

        Assert.Empty(_session.Module.Get<OscOperation>("$o | Stop-OscOperation -WhatIf", ("o", operation)));
        Assert.DoesNotContain(GuideMethod.Cancel, _session.Array.CalledMethods);
        var stopped = Assert.Single(_session.Module.Get<OscOperation>("$o | Stop-OscOperation -PassThru", ("o", operation)));

        Assert.Equal(OscOperationState.Stopped, stopped.State);
        Assert.DoesNotContain(_session.Array.Contents.Elements, element => element.Name == "c");
        Assert.Empty(_session.Invoke("$o | Stop-OscOperation", ("o", operation)).Errors);
        Assert.Equal(ErrorCategory.OperationStopped,
            _session.Invoke("$o | Wait-OscOperation", ("o", operation)).Error("OperationStopped").CategoryInfo.Category);
        Assert.Empty(Kept);
    }

    [Fact]
    public void Where_the_plug_in_can_not_stop_it_that_is_a_clear_error_and_it_goes_on()
    {
        NeverEnd();
        _session.Array.Throw(GuideMethod.Cancel, () => new NoSuchOperationException("This array can't."));
        var operation = Assert.Single(_session.Module.Get<OscOperation>("$lun | Invoke-OscClone -Name c -NoWait", ("lun", _lun)));

        Assert.Equal(ErrorCategory.NotImplemented, _session.Invoke("$o | Stop-OscOperation", ("o", operation)).Error("NoSuchOperation").CategoryInfo.Category);
        Assert.Equal(OscOperationState.Running, Assert.Single(_session.Module.Get<OscOperation>("Get-OscOperation")).State);
    }

    [Fact]
    public void One_that_has_ended_can_not_be_stopped()
    {
        _session.Array.Contents.AsyncSteps = [0];
        _session.Array.Return(GuideMethod.Cancel, false);

        _session.Invoke("$lun | Invoke-OscClone -Name c -NoWait | Stop-OscOperation", ("lun", _lun)).Error("OperationEnded");
        Assert.Contains(_session.Array.Contents.Elements, element => element.Name == "c");
    }

    [Fact]
    public void A_pipeline_that_wants_no_more_leaves_nothing_running_and_the_rest_to_be_taken_up()
    {
        NeverEnd("endless");

        var outcome = _session.Invoke(
            "'endless', 'done' | ForEach-Object { Invoke-OscClone $lun -Name $_ -NoWait } | Wait-OscOperation | & { process { $_; break } }", ("lun", _lun));

        Assert.Equal("done", ((StorageElement)Assert.Single(outcome.Output).BaseObject).Name);
        Assert.Equal(0, Followed());
        Assert.Single(Kept, file => File.ReadAllText(file).Contains("endless", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_stopped_command_has_begun_is_stored_though_the_array_takes_its_time()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var token = TestContext.Current.CancellationToken;
        _session.Array.Before(GuideMethod.Clone, async (_, stopped) =>
        {
            asked.TrySetResult();
            var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using (stopped.Register(left.SetResult))
            {
                await left.Task;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(300), token); // the answer comes after the user has left
        });

        await _session.Module.StopAsync("$lun | Invoke-OscClone -Name c", asked.Task, ("lun", _lun));

        Assert.Contains("\"c\"", await File.ReadAllTextAsync(Assert.Single(Kept), token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stopped_wait_ends_at_once_and_another_takes_the_operation_up()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _session.Array.Before(GuideMethod.GetAsyncProgress, (_, cancellationToken) =>
        {
            asked.TrySetResult();
            return Task.Delay(Timeout.Infinite, cancellationToken);
        });

        await _session.Module.StopAsync("$lun | Invoke-OscClone -Name c", asked.Task, ("lun", _lun));

        Assert.Single(Kept);
        while (Followed() > 0 || IsBusy())
        {
            await Task.Yield();
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
        }

        _session.Array.Behave(GuideMethod.GetAsyncProgress);
        Assert.Equal("c", Assert.Single(_session.Module.Get<StorageElement>("Get-OscOperation | Wait-OscOperation")).Name);
        Assert.Empty(Kept);
    }

    [Fact]
    public void Operations_are_taken_by_id_as_objects_and_as_they_come_back_from_a_file()
    {
        var operations = _session.Module.Get<OscOperation>("1..3 | ForEach-Object { Invoke-OscClone $lun -Name c$_ -NoWait }", ("lun", _lun));
        var travelled = (PSObject)PSSerializer.Deserialize(PSSerializer.Serialize(operations[2], depth: 2));

        var outcome = _session.Invoke("$id, $o, $t | Wait-OscOperation", ("id", operations[0].Id), ("o", operations[1]), ("t", travelled));

        Assert.Empty(outcome.Errors);
        Assert.Equal(["c1", "c2", "c3"], outcome.Output.Select(item => ((StorageElement)item.BaseObject).Name).Order());
        Assert.Equal("c1", Assert.Single(_session.Module.Get<StorageElement>("Wait-OscOperation -Id $id", ("id", operations[0].Id))).Name);
    }

    [Fact]
    public void Two_hundred_are_begun_and_waited_for_together()
    {
        var outcome = _session.Invoke("1..200 | ForEach-Object { Invoke-OscClone $lun -NoWait } | Wait-OscOperation", ("lun", _lun));

        Assert.Empty(outcome.Errors);
        Assert.Equal(200, outcome.Output.Select(item => ((StorageElement)item.BaseObject).Uuid).Distinct().Count());
        Assert.Empty(Kept);
        Assert.Equal(0, Followed());
    }

    [Fact]
    public void No_secret_is_written_into_an_operation_s_file()
    {
        _session.Module.Invoke(
            """
            $password = [securestring]::new(); 'top-secret-77'.ToCharArray() | ForEach-Object { $password.AppendChar($_) }
            Set-OscStorageServer -Name lab -AdminHost there -Credential ([pscredential]::new('admin', $password))
            """);
        _session.Invoke("$lun | Invoke-OscClone -NoWait", ("lun", _lun));

        Assert.All(Kept, file => Assert.DoesNotContain("top-secret-77", File.ReadAllText(file), StringComparison.Ordinal));
        Assert.Single(Kept);
    }

    public void Dispose() => _session.Dispose();

    private void NeverEnd(string? name = null) => _session.Array.Instead<StorageElement>(GuideMethod.GetAsyncProgress, (call, normally, _) =>
    {
        var record = call.Argument<StorageElement>(0);
        return Task.FromResult(name is null || record.Name == name ? record with { AsyncProgress = -1 } : normally());
    });

    private static int Followed() => ModulePoller.Count;

    private static bool IsBusy() => ModulePoller.IsBusy;
}
