using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local;

/// <summary>Hostile names: they work or are refused clearly, and never touch a path.</summary>
public sealed class NameTests
{
    public static TheoryData<string> Good { get; } =
    [
        "a", "with space", " lead and trail ", "-rf", "../x", "../../etc/passwd", "/", ".", "..", "a/b", "a\\b", "it's", "\"quoted\"", "*", "?[x]",
        "%s%n", "$(id)", ";--",
        "x'); DROP TABLE elements; --", "NUL", "\U0001F4BE", "名前", "é", "e\u0301", "a\u202Eb", new string('x', 255),
        string.Concat(Enumerable.Repeat("\U0001F4BE", 127)),
    ];

    public static TheoryData<string> Bad { get; } = ["", "a\nb", "a\0b", "\t", "\u007f", "a\u0085b", new string('x', 256),
        string.Concat(Enumerable.Repeat("\U0001F4BE", 128)), "\ud800", "x\udc00"];

    [Theory]
    [MemberData(nameof(Good))]
    public async Task A_strange_name_works_everywhere_and_stays_in_the_database(string name)
    {
        using var array = await TestArray.NewAsync(PoolKind.Xfs);
        var token = TestContext.Current.CancellationToken;
        var volume = await array.CreateAsync("source");
        var clone = await array.CloneAsync(volume, name);
        Assert.Equal(name, clone.Name);
        Assert.Equal(clone, Assert.Single(await array.ListAsync(new() { Name = name })));
        Assert.Contains(clone, await array.ListAsync(new() { NamePrefix = name }));
        await array.CreateGroupAsync(name);
        Assert.Equal([name], (await array.Plugin.StartPresentAsync(array.Server, clone, [name], token)).AccessGroupNames);
        await array.Plugin.StopPresentAsync(array.Server, clone, [name], token);
        await array.RemoveAsync(clone);
        var snapshot = await array.SnapAsync(volume, name);
        Assert.Equal(name, snapshot.Name);
        await array.AssertWholeAsync();
        Assert.Equal(
            ["local.db", "local.db-shm", "local.db-wal", "locks", "making", "offline", "reserve", "snapshots", "volumes"],
            Directory.EnumerateFileSystemEntries(array.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_name_that_can_not_be_is_refused_everywhere(string name)
    {
        using var array = await TestArray.NewAsync(PoolKind.Xfs);
        var volume = await array.CreateAsync("source");
        await array.FailsAsync<InvalidRequestException>(array.CreateAsync(name), "NameInvalid");
        await array.FailsAsync<InvalidRequestException>(array.SnapAsync(volume, name), "NameInvalid");
        await array.FailsAsync<InvalidRequestException>(array.CloneAsync(volume, name), "NameInvalid");
        await array.FailsAsync<InvalidRequestException>(array.CreateGroupAsync(name), "NameInvalid");
        await array.AssertWholeAsync();
    }

    [Fact]
    public async Task What_gets_no_name_gets_a_unique_one_that_fits()
    {
        using var array = await TestArray.NewAsync(PoolKind.Xfs);
        var volume = await array.CreateAsync(string.Concat(Enumerable.Repeat("\U0001F4BE", 127)));
        var names = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            names.Add((await array.SnapAsync(volume, null)).Name);
            names.Add((await array.CloneAsync(volume, null)).Name);
        }

        Assert.Equal(6, names.Distinct().Count());
        Assert.All(names, name => Assert.InRange(name.Length, 1, 255));
    }
}
