using System.Collections;
using System.Diagnostics;
using System.Management.Automation;
using System.Reflection;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>
/// Every kind of record in every form, and what is none, piped into every cmdlet: what comes out is about that thing, or an error says what is wanted.
/// Nothing is changed (-WhatIf).
/// </summary>
[Collection(ModuleSessions.Name)]
public sealed class PipedObjectTests(ChoosingStage stage) : IClassFixture<ChoosingStage>
{
    public static TheoryData<string> Cmdlets => [.. ChoosingStage.Cmdlets.Keys.Where(IsTried).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void What_is_piped_is_that_thing_or_an_error(string cmdlet)
    {
        var combinations = 0;
        foreach (var (what, value) in Inputs())
        {
            combinations++;
            Pipe(cmdlet, what, value);
        }

        Assert.True(combinations > 60);
        TestContext.Current.TestOutputHelper?.WriteLine($"{combinations} combinations");
    }

    private void Pipe(string cmdlet, string what, object? value)
    {
        stage.Forget();
        var type = ChoosingStage.Cmdlets[cmdlet];
        var piped = ChoosingStage.ParametersOf(type)
            .FirstOrDefault(parameter => parameter.GetCustomAttributes<ParameterAttribute>().Any(one => one.ValueFromPipeline))
            ?? ChoosingStage.ParametersOf(type).FirstOrDefault();
        var needed = piped is null ? [] : ChoosingStage.Needed(type, piped);

        var outcome = stage.Session.Module.Invoke("$PSDefaultParameterValues = @{}; , $value | & $cmdlet @needed", ("cmdlet", cmdlet), ("value", value),
            ("needed", new Hashtable(needed)));

        var isServer = what.StartsWith("StorageServer", StringComparison.Ordinal);
        // Of a server, all that is on it is meant; nothing of the other.
        var foreign = isServer ? "zzfar" : "zz";
        var seen = outcome.Output.Select(Text).Append(stage.Shown).Where(text => text.Contains(foreign, StringComparison.Ordinal)).ToList();
        Assert.True(seen.Count == 0, $"{what} | {cmdlet}: {string.Join("; ", seen)}");
        Assert.All(outcome.Errors, error => Assert.DoesNotContain("NullReference", error.Exception.GetType().Name, StringComparison.Ordinal));
        if (value is null || what.StartsWith("foreign", StringComparison.Ordinal))
        {
            Assert.True(outcome.Errors.Count > 0 && outcome.Output.Count == 0, $"{what} | {cmdlet} is no error.");
            Assert.True(!stage.Calls.Any(), $"{what} | {cmdlet} called {string.Join(", ", stage.Calls)}.");
        }
        else
        {
            var isAnswered = outcome.Errors.Count > 0 || outcome.Output.Count > 0 || outcome.Warnings.Count > 0 || stage.Shown.Length > 0
                || stage.Calls.Any() || IsSilent(cmdlet);
            Assert.True(isAnswered, $"{what} | {cmdlet}: neither an answer nor an error.");
        }
    }

    // Cmdlets that have nothing to say where nothing is there.
    private static bool IsSilent(string cmdlet) =>
        cmdlet is "Get-OscDevice" or "Get-OscHostResidue" or "Clear-OscHostResidue" or "Get-OscOperation" or "Remove-OscOperation" or "Wait-OscOperation";

    // What needs no rights on this host. Register-OscPlugin takes any path.
    private static bool IsTried(string cmdlet) => cmdlet is not "Register-OscPlugin"
        && (cmdlet is not ("Connect-OscStorageElement" or "Disconnect-OscStorageElement") || Environment.IsPrivilegedProcess);

    private static string Text(PSObject item) => item.BaseObject is string text ? text
        : string.Join(" ", item.Properties.Where(property => property.Name is "Name" or "StorageServerName" or "StorageElementName" or "Target")
            .Select(property => property.Value?.ToString()));

    private IEnumerable<(string What, object? Value)> Inputs()
    {
        foreach (var (kind, record) in stage.Records)
        {
            foreach (var form in Enum.GetValues<RecordForm>())
            {
                yield return ($"{kind} {form}", RecordForms.Of(record, form));
            }
        }

        var empty = new PSObject();
        empty.Properties.Add(new PSNoteProperty("Colour", "red"));
        var named = new PSObject();
        named.Properties.Add(new PSNoteProperty("Name", "nosuch"));
        yield return ("null", null);
        yield return ("string", "nosuch");
        yield return ("row with a name", named);
        yield return ("foreign row", empty);
        yield return ("foreign empty text", "");
        yield return ("foreign number", 42);
        yield return ("foreign hashtable", new Hashtable { ["Name"] = "db01", ["StorageServerName"] = "lab" });
        yield return ("foreign process", Process.GetCurrentProcess());
        yield return ("foreign deserialized process", PSSerializer.Deserialize(PSSerializer.Serialize(Process.GetCurrentProcess(), depth: 1)));
        yield return ("foreign list", new object?[] { null });
        yield return ("file", new FileInfo("/etc/hosts"));
    }
}
