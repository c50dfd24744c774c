using System.Reflection;
using System.Text.RegularExpressions;
using StorageConnect.Host.Iscsi;
using StorageConnect.Host.Tools;
using Xunit;

namespace StorageConnect.Tests.Errors;

/// <summary>Every error has its words in one place, is documented, and is raised somewhere.</summary>
public sealed partial class ErrorDocumentTests
{
    public static TheoryData<string> Ids => [.. ErrorDocument.Entries.Keys];

    public static TheoryData<int> Makers => [.. Enumerable.Range(0, ErrorDocument.Makers.Count)];

    [Fact]
    public void The_document_is_what_the_code_says()
    {
        var wanted = ErrorDocument.Generate();
        if (Environment.GetEnvironmentVariable(RuleDocument.UpdateVariable) == "1")
        {
            File.WriteAllText(ErrorDocument.Path, wanted);
        }

        Assert.True(
            File.Exists(ErrorDocument.Path) && File.ReadAllText(ErrorDocument.Path) == wanted,
            $"docs/errors.md is not what the code says: run this test once with {RuleDocument.UpdateVariable}=1, and look at what changed.");
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void A_documented_error_tells_when_and_what_to_do_and_is_raised(string id)
    {
        Assert.NotEmpty(ErrorDocument.Entries[id].When);
        Assert.NotEmpty(ErrorDocument.Entries[id].Actions);
        Assert.True(ErrorDocument.Kinds.ContainsKey(id) || ErrorDocument.Makers.Any(maker => maker.Name == id),
            $"No method of a class named ...Errors makes '{id}'.");
    }

    [Theory]
    [MemberData(nameof(Makers))]
    public void An_error_that_is_made_has_message_target_category_and_way_out(int index)
    {
        var maker = ErrorDocument.Makers[index];
        var error = (StorageConnectException)maker.Invoke(null, [.. maker.GetParameters().Select(Example)])!;
        var record = ErrorDocument.ToErrorRecord(error);

        Assert.Contains(error.ErrorId, ErrorDocument.Entries.Keys);
        Assert.StartsWith(error.ErrorId, maker.Name, StringComparison.Ordinal);
        Assert.NotEmpty(error.Message);
        Assert.DoesNotMatch(Placeholder(), error.Message);
        Assert.NotNull(record.TargetObject);
        Assert.NotEmpty(record.ErrorDetails.RecommendedAction);
        Assert.DoesNotMatch(Placeholder(), record.ErrorDetails.RecommendedAction);
    }

    [Fact]
    public void An_error_that_can_be_made_is_made_somewhere()
    {
        string[] folders = ["src/StorageConnect.Engine", "src/StorageConnect.Conformance", "src/StorageConnect.Host", "src/StorageConnect"];
        var sources = folders.SelectMany(ErrorDocument.Sources).Select(File.ReadAllText).ToList();

        Assert.All(ErrorDocument.Makers, maker =>
            Assert.Contains(sources, text => text.Contains($"{maker.DeclaringType!.Name}.{maker.Name}(", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("src/StorageConnect.Engine")]
    [InlineData("src/StorageConnect.Conformance")]
    [InlineData("src/StorageConnect.Host")]
    [InlineData("src/StorageConnect")]
    public void No_error_carries_its_text_outside_the_resources(string folder) => Assert.Empty(ErrorDocument.FindOwn(folder).Select(own => own.Id));

    [Fact]
    public void Every_kind_of_error_has_a_category_and_a_way_out_for_plugins_that_give_none() => Assert.All(ErrorDocument.Kinds, kind =>
    {
        var error = (StorageConnectException)Activator.CreateInstance(kind.Value, "It is so.", null)!;

        Assert.Equal(kind.Key, ErrorDocument.KindOf(error).GeneralId);
        Assert.NotEmpty(ErrorDocument.ToErrorRecord(error).ErrorDetails.RecommendedAction);
    });

    private static object? Example(ParameterInfo parameter) => parameter.ParameterType switch
    {
        var type when type == typeof(string) => parameter.Name,
        var type when type == typeof(int) => 7,
        var type when type == typeof(long) => 7L,
        var type when type == typeof(TimeSpan) => TimeSpan.FromSeconds(7),
        var type when type == typeof(Exception) => new IOException("The disk is gone."),
        var type when type == typeof(ValueList<string>) => new[] { "one", "two" }.ToValueList(),
        var type when type.IsAssignableFrom(typeof(string[])) => new[] { "one", "two" },
        var type when type == typeof(PluginDescriptor) => new PluginDescriptor
        {
            Name = "Lab",
            ClassName = "Lab",
            Vendor = "We",
            Version = "1.0.0",
            Description = "For tests.",
            StorageTypes = [StorageType.SAN],
            RequiredApiVersion = "1.2.7",
            ExtendedApiVersion = "1.2.10",
            Ability = new(),
        },
        var type when type == typeof(OscOperation) => new OscOperation { Id = "7", StorageServerName = "lab", Target = "db01", StartedAt = default },
        var type when type == typeof(StorageElement) =>
            new StorageElement
            {
                Name = "db01",
                Uuid = "7",
                StorageServerUuid = "8",
                StorageServerName = "lab",
                Type = StorageElementType.Lun,
                Page83Id = "360",
                SizeBytes = 7
            },
        var type when type == typeof(IscsiTarget) => new IscsiTarget { TargetName = "iqn.2026-01.lab.test:t1", Portal = "10.0.0.1" },
        var type when type == typeof(IscsiNode) => new IscsiNode("iqn.2026-01.lab.test:t1", new("10.0.0.1", 3260), 1, new() { Host = "10.0.0.1" }),
        var type when type == typeof(IscsiSession) => new IscsiSession(7, "iqn.2026-01.lab.test:t1", new("10.0.0.1", 3260), 1, "default", null, "FAILED", 3, 0),
        var type when type == typeof(Tool) => HostTool.Iscsiadm,
        var type when type == typeof(ToolCommand) => new ToolCommand(HostTool.Iscsiadm, "-m", "node"),
        var type when type.IsValueType => Activator.CreateInstance(type),
        var type => throw new NotSupportedException($"Add an example of {type.Name}."),
    };

    [GeneratedRegex("""\{\d""")]
    private static partial Regex Placeholder();
}
