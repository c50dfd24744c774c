using CsCheck;
using Xunit;

namespace StorageConnect.Tests.Abstractions;

public sealed class ValueListTests
{
    private static readonly Gen<string[]> Items = Gen.String[Gen.Char["ab"], 0, 2].Array[0, 4];

    [Fact]
    public void Two_lists_are_equal_when_their_items_are_in_the_same_order() =>
        Gen.Select(Items, Items).Sample((one, other) =>
        {
            var (left, right) = (one.ToValueList(), other.ToValueList());
            var same = one.SequenceEqual(other);
            return left.Equals(right) == same
                && left.Equals((object)right) == same
                && (!same || left.GetHashCode() == right.GetHashCode());
        });

    [Fact]
    public void It_keeps_items_and_order() => Items.Sample(items => items.ToValueList().SequenceEqual(items) && items.ToValueList().Count == items.Length);

    [Fact]
    public void It_does_not_follow_the_array_it_was_made_of()
    {
        string[] source = ["a", "b"];
        ValueList<string> made = source.ToValueList(), created = ValueList.Create<string>(source);
        source[0] = "x";
        Assert.Equal(["a", "b"], made);
        Assert.Equal(["a", "b"], created);
    }

    [Fact]
    public void Nothing_gives_the_empty_list() => Assert.Same(((IEnumerable<string>?)null).ToValueList(), (ValueList<string>)[]);

    [Fact]
    public void It_is_not_equal_to_nothing() => Assert.False(((ValueList<string>)["a"]).Equals(null));

    [Fact]
    public void It_prints_its_items() => Assert.Equal("a, b", ((ValueList<string>)["a", "b"]).ToString());
}
