using StorageConnect;
using StorageConnect.Conformance;
using Xunit;

namespace MyArray.Tests;

/// <summary>The plug-in, with an array behind it, is held against the contract, clause by clause.</summary>
public sealed class ConformanceTests
{
    [Fact]
    public async Task The_plug_in_keeps_every_clause_that_its_abilities_reach()
    {
        var folder = Directory.CreateTempSubdirectory("myarray-").FullName;
        try
        {
            // The array to test with. A real one has AdminHost, AdminUser and a secret: server.WithAdminSecret(new Secret("...")).
            var server = new StorageServer { Name = "lab", StorageType = StorageType.SAN, ExtraInfo = $"Folder={folder}" };

            var results = await PluginConformance.RunAsync(
                typeof(MyArrayPlugin).Assembly.Location, server, new() { Destructive = true, SizeBytes = 1 << 20 }, TestContext.Current.CancellationToken);

            // Every clause, with the reason why one was skipped, and advice about what is usual and missing.
            ConformanceReport.Write(Path.Combine(AppContext.BaseDirectory, "conformance.md"), results);
            var failed = results.Where(result => result.Outcome == ConformanceOutcome.Failed)
                .Select(result => $"{result.Clause}: {result.Text} Expected: {result.Expected}. Seen: {result.Seen}").ToList();
            Assert.True(failed.Count == 0, string.Join(Environment.NewLine, failed));
            Assert.Contains(results, result => result.Outcome == ConformanceOutcome.Passed);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
