using Xunit;

namespace StorageConnect.Tests.Engine.Workers;

/// <summary>The guide's Python plug-ins, as they are written.</summary>
public sealed class PythonPluginTests : IDisposable
{
    private static readonly string Sample = Path.Combine(StagedModule.Root, "docs", "examples", "python", "FolderPlugin.py");
    private static readonly string Old = Path.Combine(StagedModule.Root, "tests", "StorageConnect.Tests", "Engine", "Workers", "OldFolderPlugin.py");
    private readonly WorkerBed _bed = new();

    public static bool HasLib2To3 => Directory.Exists("/usr/lib/python3") && Directory.EnumerateDirectories("/usr/lib", "python3.*")
        .Any(folder => Directory.Exists(Path.Combine(folder, "lib2to3")));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static bool HasPython => File.Exists("/usr/bin/python3");

    public void Dispose() => _bed.Dispose();

    [Fact(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    public async Task A_plug_in_written_by_the_guide_keeps_every_clause()
    {
        var plugin = Assert.Single(_bed.Engine.Plugins.Add(Sample));
        Assert.Equal(("Folder", "FolderPlugin.FolderPlugin", PluginKind.Python, PluginState.Ready),
            (plugin.Name, plugin.ClassName, plugin.Kind, plugin.State));
        await _bed.OpenAsync("Folder", draft => draft with { ExtraInfo = $"Folder={_bed.NewFolder("array")}" });

        var results = await _bed.RunKitAsync("lab");

        Assert.True(results.Count(result => result.Outcome == ConformanceOutcome.Passed) > 120);
    }

    [Fact(Skip = "this Python has no lib2to3", SkipUnless = nameof(HasLib2To3))]
    public async Task One_in_the_idiom_of_Python_2_keeps_every_clause_as_it_is()
    {
        var plugin = Assert.Single(_bed.Engine.Plugins.Add(Old));
        Assert.Equal(("Old folder", "1.2.9", PluginState.Ready), (plugin.Name, plugin.NegotiatedApiVersion, plugin.State));
        await _bed.OpenAsync("Old folder", draft => draft with { ExtraInfo = $"Folder={_bed.NewFolder("array")}" });

        var results = await _bed.RunKitAsync("lab");

        Assert.True(results.Count(result => result.Outcome == ConformanceOutcome.Passed) > 80);
    }

    [Fact(Skip = "this Python has no lib2to3", SkipUnless = nameof(HasLib2To3))]
    public async Task Its_divisions_are_those_of_Python_2_and_what_it_adds_to_a_record_comes_back_as_it_was()
    {
        _bed.Engine.Plugins.Add(Old);
        var array = await _bed.OpenAsync("Old folder", draft => draft with { ExtraInfo = $"Folder={_bed.NewFolder("array")}" });

        var element = await array.CreateAsync("e", 1000, null, true, null, Cancellation);

        Assert.Equal(1024, element.SizeBytes);
        // remove compares the tuple that create added to the record, which went through JSON text in between.
        await array.RemoveAsync(RecordJson.Read<StorageElement>(RecordJson.Write(element)), Cancellation);
    }

    [Theory(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    [InlineData("# xrange and unicode are of Python 2, as is {}.has_key(1)")]
    [InlineData("try:\n    unicode\nexcept NameError:\n    unicode = str")]
    [InlineData("try:\n    import urllib2\nexcept ImportError:\n    import urllib.request as urllib2")]
    [InlineData("import sys\nif sys.version_info[0] < 3:\n    text = unicode\nelse:\n    text = str")]
    [InlineData("text = unicode if str is bytes else str")]
    [InlineData("class six:\n    iteritems = staticmethod(lambda items: items.items())\n\npairs = list(six.iteritems({}))")]
    public async Task One_of_Python_3_that_mentions_Python_2_divides_as_Python_3_does(string text) =>
        Assert.Equal("3.5", await GetStatusAsync(text, "str(7 / 2)"));

    [Theory(Skip = "this Python has no lib2to3", SkipUnless = nameof(HasLib2To3))]
    [InlineData("print 'hello'")]
    [InlineData("def has(items, key):\n    return items.has_key(key)")]
    [InlineData("def pairs(items):\n    try:\n        return sorted(items.iteritems())\n    except Exception as error:\n        raise error")]
    [InlineData("LAST = unicode(1)")]
    public async Task One_of_Python_2_divides_as_Python_2_does_whatever_is_divided(string text)
    {
        const string function = """
            class Box(object):
                size = 7

            def calls(made=[]):
                made.append(1)
                return made

            def divided():
                number, record, box = 7, {"size": 7}, Box()
                number /= 2
                record["size"] /= 2
                box.size /= 2
                record[len(calls())] = 7.0
                record[len(calls()) - 1] /= 2
                return str((7 / 2, number, record["size"], box.size, record[1], len(calls())))
            """;

        Assert.Equal("(3, 3, 3, 3, 3.5, 3)", await GetStatusAsync($"{text}\n{function}", "divided()"));
    }

    [Theory(Skip = "python3 is not installed", SkipUnless = nameof(HasPython))]
    [InlineData("# coding: utf-8")]
    [InlineData("# -*- coding: UTF8 -*-")]
    [InlineData("# no coding")]
    public async Task A_byte_order_mark_at_its_beginning_is_no_part_of_it(string text) =>
        Assert.Equal("größer", await GetStatusAsync(text, "'größer'", "\uFEFF"));

    /// <summary>The answer of a plug-in with a text before its class.</summary>
    private async Task<string> GetStatusAsync(string text, string expression, string before = "")
    {
        _bed.Register("AskedPlugin.py", $$"""
            {{before}}{{text}}

            from OSCPlugin import *

            __all__ = ["AskedPlugin"]


            class AskedPlugin(IStorageArrayPlugin):
                plugin_name = "Asked"
                vendor_name = "Example"
                plugin_version = "1.0.0-1"
                plugin_desc = "Answers"
                storage_types = [IStorageArrayPlugin.SANStorage]
                plugin_ability = {"require_storage_name": ABILITY_TYPES.NO}

                def validate(self, ss_record):
                    pass

                def getInfo(self, ss_record, se_record=None):
                    return se_record or dict(ss_record, storage_desc="asked", status="ok")

                def list(self, ss_record, se_type=None):
                    return []

                def getStatus(self, ss_record, se_record=None):
                    return {{expression}}
            """);
        var array = await _bed.OpenAsync("Asked");
        return await array.GetStatusAsync(null, Cancellation);
    }
}
