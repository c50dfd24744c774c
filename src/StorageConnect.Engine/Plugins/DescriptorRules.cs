using System.Text.RegularExpressions;

namespace StorageConnect.Engine.Plugins;

/// <summary>Checks a plug-in's descriptor for completeness and consistency before any of its code runs.</summary>
internal static partial class DescriptorRules
{
    private static readonly AbilityKey[] FeatureKeys =
        [AbilityKey.Snapshot, AbilityKey.Clone, AbilityKey.Resize, AbilityKey.SplitClone, AbilityKey.SnapClone];

    /// <summary>What is wrong with a descriptor, or null.</summary>
    [Rule(1, "The descriptor is complete and well-formed, its version is the assembly's, required is not above extended.", "Class variables")]
    public static string? FindProblem(PluginDescriptor descriptor, string? assemblyVersion)
    {
        foreach (var (variable,
            text) in new[] { ("plugin_name", descriptor.Name), ("vendor_name", descriptor.Vendor), ("plugin_desc", descriptor.Description) })
        {
            if (string.IsNullOrWhiteSpace(text))
            {
                return $"Its descriptor has no {variable}.";
            }
        }

        if (PluginVersion.TryParse(descriptor.Version) is null)
        {
            return $"Its plugin_version '{descriptor.Version}' is not of the form Major.Minor.Patch-Release, such as 1.0.1-1.";
        }

        if (!string.Equals(descriptor.Version, WithoutBuildMetadata(assemblyVersion), StringComparison.Ordinal))
        {
            return $"Its plugin_version '{descriptor.Version}' is not its assembly's informational version '{assemblyVersion}'. Set <Version> in its " +
                "project to the same.";
        }

        if (descriptor.StorageTypes.Count == 0 || descriptor.StorageTypes.Any(type => !Enum.IsDefined(type)))
        {
            return "Its storage_types names none of iSCSI and SAN.";
        }

        return FindVersionProblem(descriptor) ?? FindAbilityProblem(descriptor.Ability, "plugin_ability");
    }

    /// <summary>What is wrong with a class name that becomes a folder's name, or null.</summary>
    public static string? FindClassNameProblem(string className) =>
        ClassName().IsMatch(className) ? null : $"Its class name '{Results.UntrustedText.Quote(className)}' is not made of letters, digits, '_', '.' and '+'.";

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_.+]{0,199}\z", RegexOptions.CultureInvariant)]
    private static partial Regex ClassName();

    /// <summary>Which key has a value it can't have, or null. Used for what an array answers too.</summary>
    public static string? FindAbilityProblem(Capabilities ability, string source)
    {
        foreach (var key in Enum.GetValues<AbilityKey>())
        {
            var allowed = ability[key] is Ability.Invalid or Ability.Unsupported or Ability.No
                || (FeatureKeys.Contains(key) ? ability[key] is Ability.Online or Ability.Offline : ability[key] is Ability.Yes);
            if (!allowed)
            {
                return $"Its {source} has the value {ability[key]} for {key}, which that key can't have.";
            }
        }

        return ability.MaxAccessEntries < Capabilities.Unlimited
            ? $"Its {source} has {ability.MaxAccessEntries} for max_access_entries; the least is -1, unlimited."
            : null;
    }

    private static string? FindVersionProblem(PluginDescriptor descriptor)
    {
        if (!ApiVersion.TryParse(descriptor.RequiredApiVersion, out var required))
        {
            return $"Its required_api_vers '{descriptor.RequiredApiVersion}' is not of the form 1.2.10.";
        }

        if (!ApiVersion.TryParse(descriptor.ExtendedApiVersion, out var extended))
        {
            return $"Its extended_api_version '{descriptor.ExtendedApiVersion}' is not of the form 1.2.10.";
        }

        if (extended < required)
        {
            return $"Its required_api_vers {required} is above its extended_api_version {extended}.";
        }

        return ApiVersion.Negotiate(required, extended) is null
            ? $"It speaks API {required} to {extended}, this engine {ApiVersion.Lowest} to {ApiVersion.Highest}: there is no common revision. Install a " +
                "plug-in or a StorageConnect that fits."
            : null;
    }

    // Build metadata ("+sha") names the same version; build tools add it on their own.
    private static string? WithoutBuildMetadata(string? version) => version?.Split('+', 2)[0];
}
