using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local.Export;

/// <summary>Who sees what.</summary>
public sealed class MatrixTests
{
    private const int Elements = 64;
    private const int GroupCount = 8;
    private const int PerGroup = 3;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_64_elements_in_8_groups_of_3_initiators_each_sees_just_what_the_records_say()
    {
        await using var array = await IscsiArray.NewAsync();

        // Every third initiator is in the next group, too.
        string[] Members(int group) =>
        [
            .. Enumerable.Range(group * PerGroup, PerGroup)
                .Concat(group > 0 ? [((group - 1) * PerGroup) + 2] : [])
                .Select(host => $"iqn.2001-04.com.example:host{host}"),
        ];
        for (var group = 0; group < GroupCount; group++)
        {
            await array.GroupAsync($"group{group}", Members(group));
        }

        var elements = new List<StorageElement>();
        for (var i = 0; i < Elements; i++)
        {
            elements.Add(await array.CreateAsync($"lun{i}", 1 << 20));
        }

        // Some in one group, some in two, some in three, some in none.
        await Task.WhenAll(elements.Select((element, i) => i % 9 == 8
            ? Task.CompletedTask
            : array.GrantAsync(element, [.. Enumerable.Range(0, 1 + (i % 3)).Select(step => $"group{(i + (step * 3)) % GroupCount}")])));
        await CompareAsync(array, elements);

        await array.Plugin.RemoveFromAccessGroupAsync(array.Server, "group3", ["iqn.2001-04.com.example:host9"], Token);
        await array.Plugin.AddToAccessGroupAsync(array.Server, "group5", ["iqn.2001-04.com.example:host0"], Token);
        await Task.WhenAll(elements.Where((_, i) => i % 7 == 0 && i % 9 != 8)
            .Select(async element => await array.RevokeAsync(element, [.. (await array.InfoAsync(element)).AccessGroupNames])));
        await CompareAsync(array, elements);
    }

    private static async Task CompareAsync(IscsiArray array, IReadOnlyList<StorageElement> elements)
    {
        var groups = (await array.Plugin.GetAccessGroupsAsync(array.Server, null, Token)).ToDictionary(group => group.Name);
        var expected = new Dictionary<string, List<string>>();
        foreach (var element in elements)
        {
            var initiators = (await array.InfoAsync(element)).AccessGroupNames.SelectMany(name => groups[name].Entries).Distinct();
            expected.Add(array.TargetOf(element), [.. initiators.Order(StringComparer.Ordinal)]);
        }

        // As the daemon itself lists it: every pair.
        var actual = array.Daemon.GetTargets().ToDictionary(target => target.Name, target => target.Initiators.Order(StringComparer.Ordinal).ToList());
        Assert.Equal(expected.Where(pair => pair.Value.Count > 0).Select(pair => pair.Key).Order(StringComparer.Ordinal),
            actual.Keys.Order(StringComparer.Ordinal));
        Assert.All(actual, pair => Assert.Equal(expected[pair.Key], pair.Value));

        // And as each initiator finds it, at one portal or the other.
        for (var host = 0; host < GroupCount * PerGroup; host++)
        {
            var initiator = $"iqn.2001-04.com.example:host{host}";
            var found = await IscsiTool.DiscoverAsync(host % 2 == 0 ? array.Daemon.FirstPortal : array.Daemon.SecondPortal, initiator);
            Assert.Equal(expected.Where(pair => pair.Value.Contains(initiator)).Select(pair => pair.Key).Order(StringComparer.Ordinal),
                found.Order(StringComparer.Ordinal));
        }
    }
}
