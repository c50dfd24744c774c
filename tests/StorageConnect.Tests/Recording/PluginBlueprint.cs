using System.Reflection;
using System.Reflection.Emit;

namespace StorageConnect.Tests.Recording;

/// <summary>
/// A plug-in assembly to be: an empty class with a descriptor, on a base class of the test assembly that does the work. Written into a
/// plug-in folder it is found, read and loaded like any other; its base class is the one the tests know, state included.
/// </summary>
public sealed record PluginBlueprint
{
    public const string DefaultClassName = "StorageConnect.Plugins.Recording.RecordingPlugin";

    /// <summary>What the class derives from.</summary>
    public Type Base { get; init; } = typeof(RecordingPlugin);

    public string ClassName { get; init; } = DefaultClassName;

    public string Name { get; init; } = "Recording";

    public string Vendor { get; init; } = "Example";

    public string Version { get; init; } = "1.0.0-1";

    /// <summary>The assembly's informational version, where it isn't <see cref="Version"/>.</summary>
    public string? AssemblyVersion { get; init; }

    public string Description { get; init; } = "An array in memory that writes down every call.";

    public ValueList<StorageType> StorageTypes { get; init; } = [StorageType.SAN, StorageType.iSCSI];

    public string RequiredApiVersion { get; init; } = "1.2.7";

    public string? ExtendedApiVersion { get; init; } = "1.2.10";

    public string? StorageServerExtraInfoHelp { get; init; } = "The Id of a RecordingArray of this process.";

    public bool IdentityFromPresentation { get; init; }

    public Capabilities Ability { get; init; } = MemoryArray.Everything;

    /// <summary>Changes the assembly before it is written.</summary>
    public Action<ModuleBuilder>? AlsoDefine { get; init; }

    /// <summary>Writes it into a plug-in's folder, which is made if it isn't there.</summary>
    /// <returns>The assembly's path.</returns>
    public string WriteTo(string folder, string fileName = "StorageConnect.Plugins.Recording.dll")
    {
        var assembly = new PersistedAssemblyBuilder(new AssemblyName(Path.GetFileNameWithoutExtension(fileName)), typeof(object).Assembly);
        assembly.SetCustomAttribute(new(
            typeof(AssemblyInformationalVersionAttribute).GetConstructor([typeof(string)])!,
            [AssemblyVersion ?? Version]));
        var module = assembly.DefineDynamicModule(assembly.GetName().Name!);
        AlsoDefine?.Invoke(module);
        var type = module.DefineType(ClassName, TypeAttributes.Public | TypeAttributes.Sealed, Base);
        type.SetCustomAttribute(Descriptor());
        type.CreateType();
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, fileName);
        assembly.Save(path);
        return path;
    }

    private CustomAttributeBuilder Descriptor()
    {
        var named = new Dictionary<string, object>
        {
            [nameof(StorageArrayPluginAttribute.RequiredApiVersion)] = RequiredApiVersion,
            [nameof(StorageArrayPluginAttribute.MaxAccessEntries)] = Ability.MaxAccessEntries,
            [nameof(StorageArrayPluginAttribute.IdentityFromPresentation)] = IdentityFromPresentation,
        };
        foreach (var key in Enum.GetValues<AbilityKey>())
        {
            named[key.ToString()] = Ability[key];
        }

        if (ExtendedApiVersion is { } extended)
        {
            named[nameof(StorageArrayPluginAttribute.ExtendedApiVersion)] = extended;
        }

        if (StorageServerExtraInfoHelp is { } help)
        {
            named[nameof(StorageArrayPluginAttribute.StorageServerExtraInfoHelp)] = help;
        }

        return new(
            typeof(StorageArrayPluginAttribute).GetConstructors().Single(),
            [Name, Vendor, Version, Description, StorageTypes.ToArray()],
            [.. named.Keys.Select(name => typeof(StorageArrayPluginAttribute).GetProperty(name)!)],
            [.. named.Values]);
    }
}
