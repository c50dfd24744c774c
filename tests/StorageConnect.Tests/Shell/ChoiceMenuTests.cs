using System.Management.Automation.Host;
using StorageConnect.Shell;
using Xunit;

namespace StorageConnect.Tests.Shell;

public class ChoiceMenuTests
{
    private static readonly ChoiceDescription[] Choices = [new("&Yes", "Do it."), new("Yes to &All", "Do all."), new("Never", "Don't.")];

    [Fact]
    public void It_looks_as_in_pwsh() =>
        Assert.Equal(
            "[Y] Yes  [A] Yes to All  [] Never  [?] Help (default is \"Y\"): ",
            string.Concat(new ChoiceMenu(Choices, 0).Parts.Select(part => part.Text)));

    [Fact]
    public void Help_has_a_line_for_each_choice() =>
        Assert.Equal(string.Join(Environment.NewLine, "Y - Do it.", "A - Do all.", "Never - Don't."), new ChoiceMenu(Choices, 0).Help);

    [Theory]
    [InlineData("", 1)]
    [InlineData("y", 0)]
    [InlineData("YES", 0)]
    [InlineData("a", 1)]
    [InlineData("never", 2)]
    public void Keys_labels_and_the_default_are_understood(string answer, int choice) =>
        Assert.Equal(choice, new ChoiceMenu(Choices, 1).Pick(answer));

    [Theory]
    [InlineData("x")]
    [InlineData("ye")]
    [InlineData("")]
    public void Anything_else_is_no_choice(string answer) => Assert.Null(new ChoiceMenu(Choices, -1).Pick(answer));

    [Theory]
    [InlineData(3)]
    [InlineData(-2)]
    public void A_default_that_is_no_choice_is_refused(int defaultChoice) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChoiceMenu(Choices, defaultChoice));
}
