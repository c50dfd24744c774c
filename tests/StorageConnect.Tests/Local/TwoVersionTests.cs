using System.Text;
using StorageConnect.Engine;
using StorageConnect.Engine.Arrays;
using StorageConnect.Tests.Local.Support;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Local;

/// <summary>Two versions of this plug-in in one process, each in a load context of its own, on one pool and with one native SQLite.</summary>
public sealed class TwoVersionTests : IDisposable
{
    private const string Old = "1.0.0-1";
    private const string New = "1.0.1-1";
    private readonly TemporaryFolder _folder = new();
    private readonly string _pool = LoopMounts.NewFolder(PoolKind.Copy);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Old, New)]
    [InlineData(Old, Old)]
    public async Task Both_work_on_one_pool_at_once_and_neither_breaks_the_others_locks(string one, string other)
    {
        const int each = 40;
        var arrays = new[] { await OpenAsync("one", one), await OpenAsync("other", other) };

        await Task.WhenAll(arrays.SelectMany(array => Enumerable.Range(0, 2).Select(lane => Task.Run(
            async () =>
            {
                for (var i = 0; i < each; i++)
                {
                    var made = await array.CreateAsync($"{array.Name}-{lane}-{i}", 4096, null, true, null, Token);
                    if (i % 2 == 0)
                    {
                        await array.RemoveAsync(made, Token);
                    }
                }
            },
            Token))));

        var seen = await Task.WhenAll(arrays.Select(
            async array => (await array.ListAsync(new(), Token).ToListAsync(Token)).Select(element => element.Uuid).Order()));
        Assert.Equal(2 * each, seen[0].Count());
        Assert.Equal(seen[0], seen[1]);
        Assert.Equal(["ok"], Sqlite.Column(Path.Combine(_pool, "local.db"), "PRAGMA integrity_check"));
        Assert.Single(AppDomain.CurrentDomain.GetAssemblies()
            .Where(assembly => assembly.Location.StartsWith(_folder["one"], StringComparison.Ordinal)), IsThePlugin);
        Assert.Single(AppDomain.CurrentDomain.GetAssemblies()
            .Where(assembly => assembly.Location.StartsWith(_folder["other"], StringComparison.Ordinal)), IsThePlugin);
        Assert.Single(MappedSqlites());
    }

    [Fact]
    public async Task A_server_survives_an_upgrade_side_by_side_with_all_it_has()
    {
        var array = await OpenAsync("lab", Old);
        await array.CreateAsync("db01", 4096, null, true, null, Token);
        var engine = NewEngine("lab");
        engine.Plugins.Add(PluginOf(New));

        var upgraded = engine.GetArray("lab");

        Assert.Equal("db01", Assert.Single(await upgraded.ListAsync(new(), Token).ToListAsync(Token)).Name);
        Assert.Equal(New, (await upgraded.GetInfoAsync(Token)).PluginVersion);
        Assert.Equal("db01", Assert.Single(await array.ListAsync(new(), Token).ToListAsync(Token)).Name);
    }

    public void Dispose()
    {
        Directory.Delete(_pool, recursive: true);
        _folder.Dispose();
    }

    private static bool IsThePlugin(System.Reflection.Assembly assembly) => assembly.GetName().Name == "StorageConnect.Plugins.Local";

    private static IEnumerable<string> MappedSqlites() =>
        File.ReadLines("/proc/self/maps").Where(line => line.Contains("e_sqlite3.so", StringComparison.Ordinal))
            .Select(line => line[line.IndexOf('/', StringComparison.Ordinal)..]).Distinct();

    /// <summary>An engine of its own that has one version of the plug-in, and a server on the pool.</summary>
    private async Task<StorageArray> OpenAsync(string name, string version)
    {
        var engine = NewEngine(name);
        engine.Plugins.Add(PluginOf(version));
        var server = await engine.RegisterAsync(new() { Name = name, StorageType = StorageType.SAN, ExtraInfo = $"Pool={_pool}" }, "Local",
            saveCredential: false, Token);
        Assert.Equal(version, server.PluginVersion);
        return engine.GetArray(name);
    }

    private StorageEngine NewEngine(string name) =>
        new(new(_folder[name, "config"], _folder[name, "state"], _folder[name, "plugins"], _folder["none"]), new FakeHost());

    /// <summary>The folder of the built plug-in; for another version a copy, in which the two places that tell the version are changed.</summary>
    private string PluginOf(string version)
    {
        var built = Path.Combine(StagedModule.Folder, "plugins", "Local");
        if (version == Old)
        {
            return built;
        }

        var copy = _folder[version];
        foreach (var file in Directory.EnumerateFiles(built, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(built, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        var assembly = Path.Combine(copy, "StorageConnect.Plugins.Local.dll");
        var bytes = File.ReadAllBytes(assembly);
        for (var at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Old)); at >= 0; at = bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Old)))
        {
            Encoding.UTF8.GetBytes(version, bytes.AsSpan(at));
        }

        File.WriteAllBytes(assembly, bytes);
        return copy;
    }
}
