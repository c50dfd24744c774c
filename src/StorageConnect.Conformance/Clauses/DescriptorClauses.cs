using System.Reflection;
using StorageConnect.Engine.Plugins;

namespace StorageConnect.Conformance.Clauses;

/// <summary>The guide's class variables.</summary>
[Chapter(10, "Descriptor")]
internal static class DescriptorClauses
{
    private const string Guide = "Class variables";

    [Clause("DESCRIPTOR-1", Guide, 1, "plugin_name, vendor_name and plugin_desc are there.", ReadOnly = true)]
    public static Task Texts(ClauseContext b)
    {
        foreach (var text in new[] { b.Descriptor.Name, b.Descriptor.Vendor, b.Descriptor.Description })
        {
            Check.That(!string.IsNullOrWhiteSpace(text), "a text", text);
        }

        return Task.CompletedTask;
    }

    [Clause("DESCRIPTOR-2", Guide, 1, "plugin_version is of the form Major.Minor.Patch-Release, and the version of the assembly.", ReadOnly = true)]
    public static Task Version(ClauseContext b)
    {
        Check.That(PluginVersion.TryParse(b.Descriptor.Version) is not null, "a version such as 1.0.1-1", b.Descriptor.Version);
        if (b.PluginClass is not { } plugin)
        {
            return Task.CompletedTask; // the engine has compared the version with what its process tells
        }

        var assembly = plugin.Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];
        Check.Equal(b.Descriptor.Version, assembly, "the assembly's version");
        return Task.CompletedTask;
    }

    [Clause("DESCRIPTOR-3", Guide, 8, "storage_types names the type that the server is registered with.", ReadOnly = true)]
    public static Task StorageTypes(ClauseContext b)
    {
        Check.That(b.Descriptor.StorageTypes.Contains(b.Server.StorageType), $"{b.Server.StorageType} among the storage types", b.Descriptor.StorageTypes);
        return Task.CompletedTask;
    }

    [Clause("DESCRIPTOR-4", Guide, 2, "required_api_vers is not above extended_api_version, and the engine speaks a revision in between.", ReadOnly = true)]
    public static Task ApiVersions(ClauseContext b)
    {
        var both = ApiVersion.TryParse(b.Descriptor.RequiredApiVersion,
            out var required) & ApiVersion.TryParse(b.Descriptor.ExtendedApiVersion, out var extended);
        Check.That(both && !(extended < required) && ApiVersion.Negotiate(required, extended) is not null,
            "a range with a revision in it that the engine speaks", $"{required} to {extended}");
        return Task.CompletedTask;
    }

    [Clause("DESCRIPTOR-5", Guide, 1, "plugin_ability has every key, each with a value that it can have.", ReadOnly = true)]
    public static Task Abilities(ClauseContext b)
    {
        Check.AllKeysSet(b.Descriptor.Ability, "plugin_ability");
        return Task.CompletedTask;
    }

    [Clause("DESCRIPTOR-6", "discover()", 3, "discover, start and stop are overridden together, or none of them.", ReadOnly = true)]
    public static Task DiscoveryIsAUnit(ClauseContext b)
    {
        Check.Equal(null, b.Problem, "what is wrong with the class");
        return Task.CompletedTask;
    }

    [Clause("DESCRIPTOR-7", Guide, 1, "Where the server's extra_info is used, ss_extra_info_help says how.", ReadOnly = true)]
    public static Task ExtraInfoHelp(ClauseContext b)
    {
        if (string.IsNullOrEmpty(b.Server.ExtraInfo))
        {
            throw ClauseContext.Skip("This server has no extra info.");
        }

        Check.That(!string.IsNullOrWhiteSpace(b.Descriptor.StorageServerExtraInfoHelp), "a help text", b.Descriptor.StorageServerExtraInfoHelp);
        return Task.CompletedTask;
    }

    [Clause("DESCRIPTOR-8", "getAsyncProgress()", 21, "A plug-in whose calls may go on in the background has getAsyncProgress.", ReadOnly = true)]
    public static Task AsyncProgressIsThere(ClauseContext b)
    {
        var key = RequireAsyncKey(b);
        Check.That(b.Implements(GuideMethod.GetAsyncProgress), $"getAsyncProgress is overridden, because {key} is not Yes", "it is not");
        return Task.CompletedTask;
    }

    [Clause("DESCRIPTOR-9", "Class definition", 0, "The class can be constructed again, as another process does.", ReadOnly = true)]
    public static async Task IsConstructedAgain(ClauseContext b) => Check.Equal(await b.Array.GetCapabilitiesAsync(b.Token),
        await b.OpenWithNewInstance().GetCapabilitiesAsync(b.Token), "the same abilities");

    /// <summary>A key by which calls of the plug-in may go on in the background; the clause is skipped where there is none.</summary>
    public static AbilityKey RequireAsyncKey(ClauseContext b)
    {
        (AbilityKey Feature, AbilityKey Sync)[] pairs =
        [
            (AbilityKey.Snapshot, AbilityKey.SnapIsSync), (AbilityKey.Clone, AbilityKey.CloneIsSync), (AbilityKey.Resize, AbilityKey.ResizeIsSync),
            (AbilityKey.SplitClone, AbilityKey.SplitCloneIsSync), (AbilityKey.SnapClone, AbilityKey.SnapCloneIsSync),
        ];
        return pairs.Where(pair => ClauseContext.Can(b.Descriptor.Ability[pair.Feature]) && b.Descriptor.Ability[pair.Sync] != Ability.Yes)
            .ToList() is [var first, ..] ? first.Sync : throw ClauseContext.Skip("Everything it can do is declared synchronous.");
    }
}
