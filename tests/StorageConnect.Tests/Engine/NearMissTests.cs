using StorageConnect.Engine.Names;
using Xunit;

namespace StorageConnect.Tests.Engine;

/// <summary>A name that isn't there is answered with the one that was probably meant, and never with a guess among several.</summary>
public sealed class NearMissTests
{
    [Theory]
    [InlineData("DB01", "db01", "web")]
    [InlineData("db1", "db01", "web")]
    [InlineData("db011", "db01", "web")]
    [InlineData("dc01", "db01", "web")]
    [InlineData("bd01", "db01", "web")]
    [InlineData("db0", "db01", "web")]
    [InlineData("db01-tset", "db01-test", "db01")]
    public void The_nearest_name_is_found(string typed, string meant, string other) => Assert.Equal(meant, NearMiss.Find(typed, [other, meant]));

    [Theory]
    [InlineData("db03", "db01", "db02")]
    [InlineData("web", "db01", "db02")]
    [InlineData("", "a", "b")]
    [InlineData("x", "a", "b")]
    [InlineData("db10", "dc01", "db")]
    public void Several_or_none_is_no_answer(string typed, string one, string other) => Assert.Null(NearMiss.Find(typed, [one, other]));

    [Fact]
    public void A_name_that_differs_in_case_alone_wins() => Assert.Equal("db01", NearMiss.Find("DB01", ["DB02", "db01", "DB00"]));
}
