using StorageConnect.Engine.Names;
using Xunit;

namespace StorageConnect.Tests.Engine;

/// <summary>Names for completion: bounded, and the last ones seen are kept.</summary>
public sealed class KnownNamesTests
{
    private readonly KnownNames _names = new();

    [Fact]
    public void The_last_names_are_kept_and_never_more_than_the_bound()
    {
        for (var i = 0; i < 5 * KnownNames.Capacity; i++)
        {
            _names.Learn(NameKind.StorageElement, "lab", $"lun{i}");
            if (i % 997 == 0)
            {
                Assert.InRange(_names.Get(NameKind.StorageElement).Count, 1, KnownNames.Capacity);
            }
        }

        var known = _names.Get(NameKind.StorageElement).Select(name => name.Name).ToHashSet();
        Assert.All(Enumerable.Range((5 * KnownNames.Capacity) - (KnownNames.Capacity / 2), KnownNames.Capacity / 2), i => Assert.Contains($"lun{i}", known));
    }

    [Fact]
    public void A_name_is_known_once_per_server_and_kind()
    {
        _names.Learn(NameKind.Snapshot, "lab", "nightly");
        _names.Learn(NameKind.Snapshot, "lab", "nightly");
        _names.Learn(NameKind.Snapshot, "other", "nightly");

        Assert.Equal(2, _names.Get(NameKind.Snapshot).Count);
        Assert.Empty(_names.Get(NameKind.StorageElement));
    }

    [Fact]
    public void A_forgotten_name_is_gone_however_old_it_is()
    {
        _names.Learn(NameKind.AccessGroup, "lab", "old");
        for (var i = 0; i < KnownNames.Capacity / 2; i++)
        {
            _names.Learn(NameKind.AccessGroup, "lab", $"new{i}");
        }

        Assert.Contains(("lab", "old"), _names.Get(NameKind.AccessGroup));
        _names.Forget(NameKind.AccessGroup, "lab", "old");
        Assert.DoesNotContain(("lab", "old"), _names.Get(NameKind.AccessGroup));
    }
}
