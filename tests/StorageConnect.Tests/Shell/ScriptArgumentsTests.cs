using StorageConnect.Shell;
using Xunit;

namespace StorageConnect.Tests.Shell;

public class ScriptArgumentsTests
{
    [Fact]
    public void A_name_alone_is_left_to_the_binder() =>
        Assert.Equal([("-Name", null), (null, "x"), ("-Force", null)], Parse("-Name", "x", "-Force"));

    [Fact]
    public void A_value_may_follow_a_colon() =>
        Assert.Equal([("-Name", "a:b"), ("-Path", "/x")], Parse("-Name:a:b", "-Path:", "/x"));

    [Fact]
    public void A_switch_can_be_turned_off() =>
        Assert.Equal([("-Force", false), ("-All", true), ("-Name", "falsehood")], Parse("-Force:$false", "-All:True", "-Name:falsehood"));

    [Fact]
    public void Other_words_are_positional() =>
        Assert.Equal([(null, "a"), (null, "-"), (null, "--"), (null, string.Empty)], Parse("a", "-", "--", ""));

    private static IEnumerable<(string? Name, object? Value)> Parse(params string[] words) =>
        ScriptArguments.Parse(words).Select(parameter => ((string?)parameter.Name, (object?)parameter.Value));
}
