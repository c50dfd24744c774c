using System.Diagnostics;
using System.Management.Automation;
using System.Reflection;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>
/// In every cmdlet and every parameter that chooses what it works on: nothing, null, empty texts and lists, and objects of another kind are errors,
/// and nothing of them reaches a plug-in, wherever they come from.
/// </summary>
[Collection(ModuleSessions.Name)]
public sealed class ChoosingParameterTests(ChoosingStage stage) : IClassFixture<ChoosingStage>
{
    /// <summary>Parameters that choose nothing, and why. All others must be marked.</summary>
    private static readonly Dictionary<string, string> Values = new()
    {
        ["NewName"] = "A name that is given.",
        ["SnapshotName"] = "A name that is given; left out, the array chooses.",
        ["Invoke-OscClone:Name"] = "A name that is given; left out, the array chooses.",
        ["Register-OscStorageServer:Name"] = "A name that is given.",
        ["HostName"] = "Part of a new record.",
        ["NetDevice"] = "Part of a record.",
        ["AdminHost"] = "Part of a record.",
        ["StorageName"] = "Part of a record.",
        ["ExtraInfo"] = "Part of a record.",
        ["StorageType"] = "Part of a record.",
        ["Qos"] = "A value that is set.",
        ["VolumeGroup"] = "Where something new is made; left out, the array chooses.",
        ["Path"] = "A file.",
        ["ReportPath"] = "A file.",
        ["Fault"] = "What is to go wrong; left out, nothing.",
        ["OlderThan"] = "A limit that only narrows.",
        ["Interpreter"] = "A program.",
    };

    private static readonly Type[] Plain = [typeof(SwitchParameter), typeof(int), typeof(long), typeof(PSCredential), typeof(TimeSpan)];

    public static TheoryData<string> Cmdlets => [.. ChoosingStage.Cmdlets.Keys.Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void A_parameter_chooses_and_is_marked_or_it_is_known_why_not(string cmdlet) =>
        Assert.All(ChoosingStage.ParametersOf(ChoosingStage.Cmdlets[cmdlet]), parameter => Assert.True(
            ChoosingStage.Chooses(parameter)
                || Plain.Contains(Nullable.GetUnderlyingType(parameter.PropertyType) ?? parameter.PropertyType)
                || Values.ContainsKey(parameter.Name)
                || Values.ContainsKey($"{cmdlet}:{parameter.Name}"),
            $"-{parameter.Name} of {cmdlet} is not marked as a parameter that chooses."));

    [Fact]
    public void Each_reason_is_needed() =>
        Assert.All(Values.Keys.Except(["Interpreter"]), key => Assert.Contains(ChoosingStage.Cmdlets, cmdlet => ChoosingStage.ParametersOf(cmdlet.Value)
            .Any(parameter => !ChoosingStage.Chooses(parameter) && (key == parameter.Name || key == $"{cmdlet.Key}:{parameter.Name}"))));

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void What_chooses_nothing_is_an_error_before_anything_is_read(string cmdlet)
    {
        var type = ChoosingStage.Cmdlets[cmdlet];
        Assert.All(ChoosingStage.ParametersOf(type).Where(ChoosingStage.Chooses), parameter =>
        {
            var nothing = Nothing().Where(given => !ChoosingStage.AllowsNone(parameter) || given.Value is not object[] { Length: 0 });
            foreach (var (name, value) in nothing.Concat(Foreign(parameter)))
            {
                foreach (var way in new[] { "argument", "default", "pipeline" })
                {
                    AssertRefused(cmdlet, type, parameter, name, value, way);
                }
            }
        });
    }

    private void AssertRefused(string cmdlet, Type type, PropertyInfo parameter, string name, object? value, string way)
    {
        var isPiped = parameter.GetCustomAttributes<ParameterAttribute>().Any(one => one.ValueFromPipeline);
        if (way == "pipeline" && (!isPiped || (value is System.Collections.IList { Count: 0 })))
        {
            // An empty list that is piped is no object at all.
            return;
        }

        stage.Forget();
        var needed = ChoosingStage.Needed(type, parameter);
        var script = way switch
        {
            "argument" => "$PSDefaultParameterValues = @{}; $needed[$parameter] = $value; & $cmdlet @needed",
            "default" =>
                "$PSDefaultParameterValues = @{ \"${cmdlet}:$parameter\" = $value }; try { & $cmdlet @needed } finally { $PSDefaultParameterValues = @{} }",
            _ => "$PSDefaultParameterValues = @{}; , $value | & $cmdlet @needed",
        };

        var outcome = stage.Session.Module.Invoke(script, ("cmdlet", cmdlet), ("parameter", parameter.Name), ("value", value),
            ("needed", new System.Collections.Hashtable(needed)));

        var what = $"{cmdlet} -{parameter.Name}, {name} as {way}";
        Assert.True(outcome.Errors.Count > 0, $"{what}: no error.");
        Assert.True(outcome.Output.Count == 0, $"{what}: something came out.");
        Assert.True(!stage.Calls.Any(), $"{what}: {string.Join(", ", stage.Calls)} was called.");
        Assert.True(!stage.Shown.Contains("What if", StringComparison.Ordinal), $"{what}: {stage.Shown}");
    }

    private static IEnumerable<(string Name, object? Value)> Nothing() =>
    [
        ("null", null), ("empty text", ""), ("blank text", "  "), ("empty list", Array.Empty<object>()), ("list with null", new object?[] { "db01", null }),
        ("list with empty text", new object?[] { "db01", "" }),
    ];

    private static IEnumerable<(string Name, object? Value)> Foreign(PropertyInfo parameter) =>
    [
        ("process", Process.GetCurrentProcess()), ("file", new FileInfo("/etc/hosts")),
        ("hashtable", new System.Collections.Hashtable { ["Name"] = "db01", ["Uuid"] = "x" }),
        ("number", 42), ("version", new Version(1, 2)), ("list with a process", new object?[] { "db01", Process.GetCurrentProcess() }),
    ];
}
