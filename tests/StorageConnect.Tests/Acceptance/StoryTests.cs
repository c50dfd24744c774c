using Xunit;

namespace StorageConnect.Tests.Acceptance;

/// <summary>
/// The Pester stories of <c>tests/Acceptance</c>: what users do, in the real pwsh, on the package as Install-PSResource leaves it. Each <c>It</c> is a
/// test here, with its name and its message.
/// </summary>
public sealed class StoryTests
{
    // Enumerated when the tests run, not when they are listed: only then the stories have been run.
    public static IEnumerable<ITheoryDataRow> Results => Stories.Run().Select(result => new TheoryDataRow<StoryResult>(result)
    {
        TestDisplayName = result.Name,
        Label = "", // Else the row would be told behind the name, which it is.
        Skip = result.IsSkipped ? result.Message : null,
    });

    [Theory]
    [MemberData(nameof(Results), DisableDiscoveryEnumeration = true)]
    public void A_story_passes(StoryResult result) => Assert.True(result.Result == "Passed", $"{result.Result}: {result.Message}");
}
