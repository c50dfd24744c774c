namespace StorageConnect.Conformance;

/// <summary>Tests a plug-in from an author's own tests: no module, no PowerShell and no registration is needed.</summary>
/// <example>
/// <code>
/// var results = await PluginConformance.RunAsync(typeof(MyPlugin).Assembly.Location, server, new() { Destructive = true }, cancellationToken);
/// Assert.DoesNotContain(results, result => result.Outcome == ConformanceOutcome.Failed);
/// </code>
/// </example>
public static class PluginConformance
{
    /// <summary>Copies the plug-in with what it needs to a temporary folder, loads it as the module does, and tests it with the array behind it.</summary>
    /// <param name="assembly">The path of the plug-in's assembly, with its deps.json beside it. It holds one plug-in.</param>
    /// <param name="server">The array to test it with, as a user would register it, with its secrets.</param>
    /// <param name="options">Which clauses, and how.</param>
    /// <param name="cancellationToken">Ends the run after the clause under way was cleaned up.</param>
    /// <returns>A result for each clause.</returns>
    /// <exception cref="InvalidStorageArrayException">The plug-in can't be used, or it refuses the server.</exception>
    public static async Task<IReadOnlyList<OscConformanceResult>> RunAsync(
        string assembly, StorageServer server, ConformanceOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(server);
        // Only this user may write there: plug-ins from elsewhere aren't loaded.
        var folder = Directory.CreateTempSubdirectory("osc-conformance-").FullName;
        try
        {
            string In(string name) => Path.Combine(folder, name);
            var engine = new StorageEngine(new(In("config"), In("state"), In("plugins"), In("module")), new HostWithoutDevices());
            var plugin = engine.Plugins.Add(assembly)[0];
            var registered = await engine.RegisterAsync(server, plugin.ClassName, saveCredential: false, cancellationToken);
            using var run = new ConformanceRun(engine, registered.Name, options);
            return await run.RunAsync(cancellationToken).ToListAsync(cancellationToken);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
