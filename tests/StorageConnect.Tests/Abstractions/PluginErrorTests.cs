using System.Reflection;
using Xunit;

namespace StorageConnect.Tests.Abstractions;

/// <summary>The short way to an error of a plug-in.</summary>
public sealed class PluginErrorTests
{
    public static TheoryData<string> Kinds => [.. Factories.Select(factory => factory.Name)];

    private static IEnumerable<MethodInfo> Factories => typeof(PluginError).GetMethods(BindingFlags.Public | BindingFlags.Static);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_of_error_has_its_parts(string kind)
    {
        var cause = new IOException("cable");
        var error = (StorageConnectException)Factories.Single(factory => factory.Name == kind)
            .Invoke(null, ["db01", "It is gone.", "Look elsewhere.", cause, "VolumeGone"])!;

        Assert.Equal(kind + "Exception", error.GetType().Name);
        Assert.Equal(("db01", "It is gone.", "Look elsewhere.", cause, "VolumeGone"),
            (error.Element, error.Message, error.Recommendation, error.InnerException, error.ErrorId));
    }

    [Fact]
    public void There_is_one_for_each_kind_of_the_contract() =>
        Assert.Equal(
            typeof(StorageConnectException).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(StorageConnectException)))
                .Select(type => type.Name).Order(),
            Factories.Select(factory => factory.Name + "Exception").Order());

    [Fact]
    public void The_id_is_the_name_of_the_method_that_makes_it() => Assert.Equal(nameof(VolumeGone), VolumeGone().ErrorId);

    [Fact]
    public async Task Thrown_in_a_method_of_the_plug_in_it_has_the_id_of_its_class() => Assert.Equal("NotFound", (await FindAsync()).ErrorId);

    private static NotFoundException VolumeGone() => PluginError.NotFound("db01", "It is gone.");

    private static Task<NotFoundException> FindAsync() => Task.FromResult(PluginError.NotFound("db01", "It is gone."));
}
