using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>Where it isn't clear what is meant, or a part of it is missing, nothing is changed, and the error says what to choose.</summary>
[Collection(ModuleSessions.Name)]
public sealed class UnclearChoiceTests : IDisposable
{
    private readonly RecordingSession _session = new();
    private readonly StorageElement _one;
    private readonly StorageElement _two;

    public UnclearChoiceTests()
    {
        (_one, _two) = (_session.Create("db01"), _session.Create("db02"));
        _session.Snapshot(_one, "s1");
        _session.Snapshot(_two, "s2");
    }

    [Theory]
    [InlineData("Restore-OscSnapshot s1 -Confirm:$false", "RestoreScopeNeeded")]
    [InlineData("Restore-OscSnapshot s1 -WhatIf", "RestoreScopeNeeded")]
    [InlineData("Restore-OscSnapshot s1 -AllMembers -Confirm:$false", "RestoreSizesUnknown")]
    [InlineData("Restore-OscSnapshot s1 -AllMembers -WhatIf", "RestoreSizesUnknown")]
    [InlineData("Restore-OscSnapshot s1 -StorageElement db01 -Confirm:$false", "RestoreShrinks")]
    public void A_snapshot_whose_members_the_array_does_not_tell_is_restored_only_as_far_as_was_said(string script, string error)
    {
        _session.Module.Invoke("Resize-OscStorageElement db01 -Size 2GB").Succeeds();
        HideMembers();

        _session.Invoke(script).Error(error);

        Assert.DoesNotContain(GuideMethod.SnapRestore, _session.Array.CalledMethods);
    }

    [Theory]
    [InlineData("Restore-OscSnapshot s1 -AllMembers -Force -Confirm:$false", null)]
    [InlineData("Restore-OscSnapshot s1 -StorageElement db01 -Confirm:$false", "db01")]
    public void Said_clearly_it_is_restored(string script, string? element)
    {
        HideMembers();

        _session.Invoke(script).Succeeds();

        Assert.Equal(element, _session.Array.OnlyCall(GuideMethod.SnapRestore).Argument<StorageElement?>(1)?.Name);
    }

    [Theory]
    [InlineData("Remove-OscStorageElement db01 -Confirm:$false")]
    [InlineData("Remove-OscStorageElement db01 -WhatIf")]
    [InlineData("Resize-OscStorageElement db01 -Size 4GB")]
    [InlineData("Invoke-OscClone db01 -Name clone")]
    [InlineData("New-OscSnapshot db01")]
    [InlineData("Remove-OscSnapshot s1 -Confirm:$false")]
    [InlineData("Restore-OscSnapshot s1 -Confirm:$false")]
    public void A_name_that_the_array_uses_twice_chooses_neither(string script)
    {
        _session.Array.Lie<IEnumerable<StorageElement>>(GuideMethod.List, all => all.Select(element => element with { Name = "db01" }));
        _session.Array.Lie<IReadOnlyList<StorageElement>>(GuideMethod.GetCurrentSnaps, all => [.. all.Select(snapshot => snapshot with { Name = "s1" })]);

        var outcome = _session.Invoke(script);

        var error = outcome.Error("NameAmbiguous");
        Assert.Contains("by its Uuid", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        if (script.Contains("db01", StringComparison.Ordinal))
        {
            Assert.All([_one, _two], element => Assert.Contains(element.Uuid, error.Exception.Message, StringComparison.Ordinal));
        }

        Assert.Empty(_session.Array.CalledMethods.Except([GuideMethod.List, GuideMethod.GetCurrentSnaps]));
    }

    [Theory]
    [InlineData("New-OscSnapshot db01, db02, typo -Group -SnapshotName all")]
    [InlineData("'db01', 'typo' | New-OscSnapshot -Group")]
    [InlineData("New-OscSnapshot db01, typo -Group -WhatIf")]
    public void A_snapshot_of_all_is_not_made_of_those_that_were_found(string script)
    {
        var outcome = _session.Invoke(script);

        Assert.Equal(["StorageElementNotFound", "GroupIncomplete"], outcome.Errors.Select(error => error.FullyQualifiedErrorId.Split(',')[0]));
        Assert.DoesNotContain(GuideMethod.CreateMultiSnap, _session.Array.CalledMethods);
    }

    public void Dispose() => _session.Dispose();

    private void HideMembers() => _session.Array.Lie<IReadOnlyList<StorageElement>>(
        GuideMethod.GetCurrentSnaps, all => [.. all.Select(snapshot => snapshot with { SourceUuids = [], SourceSizes = [] })]);
}
