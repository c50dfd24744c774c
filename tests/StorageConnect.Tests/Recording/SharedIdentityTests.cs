using System.Reflection;
using StorageConnect.Engine;
using Xunit;

namespace StorageConnect.Tests.Recording;

/// <summary>Why a recording array reaches the cmdlets of an imported module: contract and engine are in the process once.</summary>
public sealed class SharedIdentityTests
{
    [Theory]
    [InlineData(typeof(StorageArrayPlugin))]
    [InlineData(typeof(StorageEngine))]
    public void A_modules_copy_of_an_assembly_that_the_tests_use_is_the_tests_own(Type type)
    {
        using var folder = new TemporaryFolder();
        var copy = folder[Path.GetFileName(type.Assembly.Location)];
        File.Copy(type.Assembly.Location, copy);
        Assert.Same(type.Assembly, Assembly.LoadFrom(copy));
    }
}
