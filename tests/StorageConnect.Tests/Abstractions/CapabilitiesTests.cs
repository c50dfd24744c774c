using CsCheck;
using Xunit;

namespace StorageConnect.Tests.Abstractions;

public sealed class CapabilitiesTests
{
    private static readonly Gen<Capabilities> Any = Gen.Select(Gen.Int[0, 5].Array[15], Gen.Int[-1, 3], (values, entries) =>
        Enum.GetValues<AbilityKey>().Aggregate(
            new Capabilities { MaxAccessEntries = entries },
            (made, key) => new(made) { [key] = (Ability)values[(int)key] }));

    [Fact]
    public void A_missing_key_is_Invalid() => Assert.All(Enum.GetValues<AbilityKey>(), key => Assert.Equal(Ability.Invalid, new Capabilities()[key]));

    [Fact]
    public void There_are_the_guides_16_keys() => Assert.Equal(15, Enum.GetValues<AbilityKey>().Length);

    [Fact]
    public void Each_key_has_a_property_of_its_name() => Any.Sample(abilities =>
        Enum.GetValues<AbilityKey>().All(key => abilities[key].Equals(typeof(Capabilities).GetProperty(key.ToString())!.GetValue(abilities))));

    [Fact]
    public void A_copy_is_equal_and_has_the_same_hash() => Any.Sample(abilities =>
        new Capabilities(abilities).Equals(abilities) && new Capabilities(abilities).GetHashCode() == abilities.GetHashCode());

    [Fact]
    public void A_changed_copy_differs_and_leaves_its_source_alone()
    {
        var source = new Capabilities { Snapshot = Ability.Online };
        foreach (var key in Enum.GetValues<AbilityKey>())
        {
            Assert.NotEqual(source, new(source) { [key] = Ability.Unsupported });
        }

        Assert.NotEqual(source, new(source) { MaxAccessEntries = 1 });
        Assert.Equal(new Capabilities { Snapshot = Ability.Online }, source);
    }

    [Fact]
    public void A_copy_of_nothing_is_refused() => Assert.Throws<ArgumentNullException>(() => new Capabilities(null!));
}
