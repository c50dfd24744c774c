using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using System.Management.Automation.Runspaces;
using System.Reflection;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>The shape that PowerShell users rely on, checked on the assembly and the manifest.</summary>
[Collection(ModuleSessions.Name)]
public class ManifestTests
{
    private static readonly Assembly Module = Assembly.LoadFrom(Path.Combine(StagedModule.Folder, "StorageConnect.dll"));
    private static readonly Type[] Cmdlets = [.. Module.GetTypes().Where(type => type.GetCustomAttribute<CmdletAttribute>() is not null)];

    public static TheoryData<string> CmdletNames => [.. Cmdlets.Select(NameOf)];

    [Fact]
    public void The_manifest_exports_every_cmdlet_by_name_and_nothing_else()
    {
        var manifest = (Hashtable)Parser.ParseFile(StagedModule.Manifest, out _, out _).Find(ast => ast is HashtableAst, false).SafeGetValue();

        Assert.Equal(Cmdlets.Select(NameOf).Order(), ((object[])manifest["CmdletsToExport"]!).Cast<string>().Order());
        Assert.Empty((object[])manifest["FunctionsToExport"]!);
        Assert.Empty((object[])manifest["VariablesToExport"]!);
        Assert.Equal(
            Cmdlets.SelectMany(type => type.GetCustomAttribute<AliasAttribute>()?.AliasNames ?? []).Order(),
            ((object[])manifest["AliasesToExport"]!).Cast<string>().Order());
    }

    [Theory]
    [MemberData(nameof(CmdletNames))]
    public void A_cmdlet_has_an_approved_verb_and_a_singular_prefixed_noun(string cmdlet)
    {
        var attribute = Attribute(cmdlet);
        var verbs = typeof(VerbsCommon).Assembly.GetTypes()
            .Where(type => type.Name.StartsWith("Verbs", StringComparison.Ordinal) && type.IsAbstract && type.IsSealed && type.IsPublic)
            .SelectMany(type => type.GetFields().Select(field => (string?)field.GetRawConstantValue()));

        Assert.Contains(attribute.VerbName, verbs);
        Assert.StartsWith("Osc", attribute.NounName, StringComparison.Ordinal);
        Assert.True(!attribute.NounName.EndsWith('s') || attribute.NounName is "OscStatus" or "OscStorageElementAccess" or "OscQos");
    }

    [Theory]
    [MemberData(nameof(CmdletNames))]
    public void A_cmdlet_tells_what_it_writes(string cmdlet) => Assert.NotNull(Find(cmdlet).GetCustomAttribute<OutputTypeAttribute>());

    [Theory]
    [MemberData(nameof(CmdletNames))]
    public void A_cmdlet_that_changes_something_supports_WhatIf_and_one_that_destroys_asks(string cmdlet)
    {
        string[] readers = [VerbsCommon.Get, VerbsDiagnostic.Test, VerbsLifecycle.Wait, VerbsCommon.Find];
        string[] destroyers = [VerbsCommon.Remove, VerbsData.Restore, VerbsSecurity.Revoke, VerbsLifecycle.Disable,
            VerbsCommunications.Disconnect, VerbsCommon.Clear];
        var attribute = Attribute(cmdlet);

        // To test a plug-in makes and removes things where that was asked for.
        var changes = cmdlet is "Test-OscPlugin"
            || (!readers.Contains(attribute.VerbName) && attribute.NounName != "OscAccessContext");
        Assert.Equal(changes, attribute.SupportsShouldProcess);
        // To forget an operation destroys nothing on an array.
        Assert.Equal(destroyers.Contains(attribute.VerbName) && cmdlet != "Remove-OscOperation", attribute.ConfirmImpact == ConfirmImpact.High);
    }

    [Theory]
    [MemberData(nameof(CmdletNames))]
    public void A_cmdlet_takes_no_secret_as_text_and_one_pipeline_object_per_set(string cmdlet)
    {
        var parameters = Find(cmdlet).GetProperties().Where(property => property.IsDefined(typeof(ParameterAttribute))).ToList();

        Assert.DoesNotContain(parameters, property =>
            (property.Name.Contains("Secret", StringComparison.OrdinalIgnoreCase) || property.Name.Contains("Password", StringComparison.OrdinalIgnoreCase)
                || property.Name.EndsWith("Credential", StringComparison.Ordinal))
            && property.PropertyType != typeof(PSCredential) && property.PropertyType != typeof(SwitchParameter));
        Assert.DoesNotContain(
            // A row's own server is read beside the name that is bound from it.
            parameters.Where(property => property.PropertyType.Name != "PipedRow")
                .SelectMany(property => property.GetCustomAttributes<ParameterAttribute>()).Where(parameter => parameter.ValueFromPipeline)
                .GroupBy(parameter => parameter.ParameterSetName),
            set => set.Count() > 1);
    }

    [Theory]
    [MemberData(nameof(CmdletNames))]
    public void What_names_something_new_or_sets_a_value_never_binds_by_property_name(string cmdlet)
    {
        string[] values = ["NewName", "SnapshotName", "Size", "Qos", "Initiator"];
        // Provisioning takes rows with all that is needed for something new.
        string[] provisioning = ["New-OscStorageElement", "New-OscAccessGroup"];
        var bound = Find(cmdlet).GetProperties()
            .Where(property => values.Contains(property.Name) || (property.Name == "Name" && Attribute(cmdlet).VerbName is "New" or "Invoke" or "Register"))
            .Where(_ => !provisioning.Contains(cmdlet))
            .SelectMany(property => property.GetCustomAttributes<ParameterAttribute>());

        Assert.DoesNotContain(bound, parameter => parameter.ValueFromPipelineByPropertyName);
    }

    [Theory]
    [MemberData(nameof(CmdletNames))]
    public void Parameters_are_singular_and_switches_are_switches(string cmdlet)
    {
        var parameters = Find(cmdlet).GetProperties().Where(property => property.IsDefined(typeof(ParameterAttribute))).ToList();

        Assert.DoesNotContain(parameters, property => property.PropertyType == typeof(bool));
        Assert.DoesNotContain(parameters, property => property.Name.EndsWith('s') && !property.Name.EndsWith("ss", StringComparison.Ordinal)
            && property.Name is not ("Qos" or "AllMembers" or "AllUsers"));
    }

    [Theory]
    [MemberData(nameof(CmdletNames))]
    public void Names_and_aliases_of_parameters_are_as_published(string cmdlet)
    {
        var parameters = Find(cmdlet).GetProperties().Where(property => property.IsDefined(typeof(ParameterAttribute))).ToList();
        string[] AliasesOf(PropertyInfo property) => [.. property.GetCustomAttributes<AliasAttribute>().SelectMany(alias => alias.AliasNames)];

        Assert.All(parameters.Where(property => property.Name == "StorageServer"), property =>
        {
            // Uuid first: of the properties that a piped row has, the first of these is bound.
            Assert.Equal(["StorageServerUuid", "StorageServerName"], AliasesOf(property).Except(["Name"]));
            Assert.Equal(2, AliasesOf(property).TakeWhile(alias => alias != "Name").Count());
            // An object that only tells its server is not that server; what is new can't be too much.
            Assert.Equal(
                cmdlet is "New-OscStorageElement" or "New-OscAccessGroup",
                property.GetCustomAttributes<ParameterAttribute>().Any(parameter => parameter.ValueFromPipelineByPropertyName));
        });
        Assert.All(parameters.Where(property => property.Name == "InputObject"), property =>
        {
            // The usual name for a server is taken: by the parameter that may have a default.
            Assert.Equal((property.PropertyType.GetElementType() ?? property.PropertyType).Name == "StorageServerIdentity", AliasesOf(property).Length == 0);
            Assert.Contains(property.GetCustomAttributes<ParameterAttribute>(), parameter => parameter.ValueFromPipeline);
        });
        Assert.All(parameters.Where(property => property.Name == "Timeout"),
            property => Assert.Equal(typeof(int), Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType));
        Assert.All(parameters.Where(property => property.Name == "Size"), property => Assert.Equal(typeof(long), property.PropertyType));
    }

    [Fact]
    public void It_imports_in_strict_mode_and_with_a_prefix()
    {
        using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        using var shell = PowerShell.Create(runspace);

        var commands =
            shell.AddScript(
                "Set-StrictMode -Version Latest; $ErrorActionPreference = 'Stop'; Import-Module $args[0] -Prefix My; Get-Command -Module StorageConnect | " +
                    "ForEach-Object Name").AddArgument(StagedModule.Manifest).Invoke<string>();

        Assert.False(shell.HadErrors);
        Assert.Equal(Cmdlets.Select(NameOf).Append("New-OscClone").Select(name => name.Replace("-Osc", "-MyOsc", StringComparison.Ordinal))
            .Order(), commands.Order());
    }

    private static string NameOf(Type type) => $"{type.GetCustomAttribute<CmdletAttribute>()!.VerbName}-{type.GetCustomAttribute<CmdletAttribute>()!.NounName}";

    private static Type Find(string cmdlet) => Cmdlets.Single(type => NameOf(type) == cmdlet);

    private static CmdletAttribute Attribute(string cmdlet) => Find(cmdlet).GetCustomAttribute<CmdletAttribute>()!;
}
