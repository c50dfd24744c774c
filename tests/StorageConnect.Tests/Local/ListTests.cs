using System.Runtime.Loader;
using StorageConnect.Plugins.Local;
using StorageConnect.Plugins.Local.Catalog;
using StorageConnect.Tests.Local.Support;
using Xunit;

namespace StorageConnect.Tests.Local;

public sealed class ListTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_hint_returns_exactly_what_matches()
    {
        using var array = await TestArray.NewAsync(PoolKind.Xfs);
        var a = await array.CreateAsync("Disk-a");
        var b = await array.CreateAsync("disk-B");
        var c = await array.CreateAsync("other");
        var d = await array.CloneAsync(c, "Élan~");
        Assert.Equal([a, b, c, d], await array.ListAsync());
        Assert.Equal([d], await array.ListAsync(new() { Types = [StorageElementType.SnapClone] }));
        Assert.Equal([b], await array.ListAsync(new() { Name = "disk-B" }));
        Assert.Empty(await array.ListAsync(new() { Name = "disk-b" }));
        Assert.Equal([a, b], (await array.ListAsync(new() { NamePrefix = "DISK-" })).OrderBy(element => element.CreatedAt));
        Assert.Equal([d], await array.ListAsync(new() { NamePrefix = "éLAN~" }));
        Assert.Empty(await array.ListAsync(new() { NamePrefix = "disk-z" }));
        Assert.Equal([a], await array.ListAsync(new() { Uuid = a.Uuid }));
        Assert.Equal([c], await array.ListAsync(new() { Page83Id = c.Page83Id }));
        Assert.Empty(await array.ListAsync(new() { Page83Id = c.Page83Id, Name = "disk-B" }));
    }

    [Theory]
    [InlineData("Name", "USING INDEX sqlite_autoindex_elements_2 (name=?)")]
    [InlineData("Uuid", "USING INDEX sqlite_autoindex_elements_1 (uuid=?)")]
    [InlineData("Page83Id", "USING INDEX sqlite_autoindex_elements_3 (page83=?)")]
    [InlineData("NamePrefix", "USING INDEX elements_by_name_ignoring_case (name>? AND name<?)")]
    public async Task A_hint_is_looked_up_by_its_index(string hint, string plan)
    {
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        var (sql, values) = ElementRows.ListQuery(hint switch
        {
            "Name" => new() { Name = "x" },
            "Uuid" => new() { Uuid = "x" },
            "Page83Id" => new() { Page83Id = "x" },
            _ => new() { NamePrefix = "x" },
        });
        var steps = Sqlite.Column(Path.Combine(array.Folder, "local.db"), $"EXPLAIN QUERY PLAN {sql}", [.. values.Select(value => (string)value!)]);
        Assert.Contains($"SEARCH e {plan}", steps);
        Assert.DoesNotContain(steps, step => step.StartsWith("SCAN", StringComparison.Ordinal));
        Assert.DoesNotContain(steps, step => step.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_list_of_a_hundred_thousand_streams_in_constant_memory_and_can_be_left_at_any_time()
    {
        const int count = 100_000;
        using var array = await TestArray.NewAsync(PoolKind.Copy);
        await array.CreateGroupAsync("g");
        Sqlite.Execute(
            Path.Combine(array.Folder, "local.db"),
            $"""
            INSERT INTO elements (uuid, name, type, size, page83, qos, thin, online, clone, ready, created)
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
            SELECT printf('%032x', i), printf('volume-%06d', i), 0, 1073741824, printf('36025c0c%025x', i), 'standard', 1, 1, 0, 1, 1700000000000 FROM n
            """);
        Sqlite.Execute(Path.Combine(array.Folder, "local.db"), "INSERT INTO presentations SELECT id, 1 FROM elements WHERE id % 2 = 0");
        await foreach (var element in array.Plugin.ListAsync(array.Server, new(), Token))
        {
            Assert.Equal("volume-000001", element.Name);
            break;
        }

        // What other tests keep meanwhile must not count: so not the memory is looked at, but whether the elements are gone that were seen.
        var seen = 0;
        var most = 0;
        var sample = new List<WeakReference>();
        await foreach (var element in array.Plugin.ListAsync(array.Server, new(), Token))
        {
            Assert.Equal(seen % 2, element.AccessGroupNames.Count);
            if (++seen % 100 == 0)
            {
                sample.Add(new(element));
            }

            if (seen % 20_000 == 0)
            {
                GC.Collect();
                most = Math.Max(most, sample.Count(reference => reference.IsAlive));
            }
        }

        Assert.Equal(count, seen);
        Assert.Equal(count / 100, sample.Count);
        Assert.InRange(most, 0, 50); // of a thousand
        Assert.Equal("volume-077777", Assert.Single(await array.ListAsync(new() { NamePrefix = "VOLUME-077777" })).Name);
    }

    [Fact]
    public async Task Two_copies_of_the_plug_in_in_one_process_use_one_native_SQLite()
    {
        using var array = await TestArray.NewAsync(PoolKind.Xfs);
        var home = Path.GetDirectoryName(typeof(LocalPlugin).Assembly.Location)!;
        var plugins = new List<StorageArrayPlugin>();
        for (var i = 0; i < 2; i++)
        {
            // A file of its own for each, as two versions side by side have.
            var folder = Directory.CreateDirectory(Path.Combine(array.Folder, "..", $"plugin-{Guid.NewGuid():N}")).FullName;
            foreach (var name in new[] { "StorageConnect.Plugins.Local.dll", "Microsoft.Data.Sqlite.dll", "SQLitePCLRaw.core.dll",
                "SQLitePCLRaw.batteries_v2.dll", "SQLitePCLRaw.provider.e_sqlite3.dll" })
            {
                File.Copy(Path.Combine(home, name), Path.Combine(folder, name));
            }

            var native = Directory.EnumerateFiles(home, "libe_sqlite3.so", SearchOption.AllDirectories)
                .First(path => path.Contains("linux-x64", StringComparison.Ordinal) || Path.GetDirectoryName(path) == home);
            File.Copy(native, Path.Combine(folder, "libe_sqlite3.so"));
            var context = new FolderContext(folder);
            var type = context.LoadFromAssemblyPath(Path.Combine(folder, "StorageConnect.Plugins.Local.dll")).GetType(typeof(LocalPlugin).FullName!)!;
            var plugin = (StorageArrayPlugin)Activator.CreateInstance(type)!;
            plugin.Services = array.Plugin.Services;
            await plugin.ValidateAsync(array.Server, Token);
            plugins.Add(plugin);
        }

        await Task.WhenAll(plugins.Select((plugin, p) => Task.Run(
            async () =>
            {
                for (var i = 0; i < 20; i++)
                {
                    await plugin.CreateAsync(array.Server, new() { Name = $"p{p}-{i}", SizeBytes = 512 }, true, null, Token);
                }
            },
            Token)));
        Assert.Equal(40, (await array.ListAsync()).Count);
        // Not at the line's end: the file it was loaded from may be deleted by now, which is said behind the name.
        var loaded = File.ReadLines("/proc/self/maps").Where(line => line.Contains("e_sqlite3.so", StringComparison.Ordinal))
            .Select(line => line[line.IndexOf('/', StringComparison.Ordinal)..]).Distinct();
        Assert.Single(loaded);
        plugins.ForEach(plugin => ((IDisposable)plugin).Dispose());
        await array.AssertWholeAsync();
    }

    private sealed class FolderContext(string folder) : AssemblyLoadContext("plug-in")
    {
        protected override System.Reflection.Assembly? Load(System.Reflection.AssemblyName assemblyName)
        {
            var path = Path.Combine(folder, assemblyName.Name + ".dll");
            return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
        }

        protected override nint LoadUnmanagedDll(string unmanagedDllName)
        {
            var path = Path.Combine(folder, $"lib{unmanagedDllName}.so");
            return File.Exists(path) ? LoadUnmanagedDllFromPath(path) : 0;
        }
    }
}
