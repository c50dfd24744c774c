using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace StorageConnect.Engine.Plugins;

/// <summary>Reads plug-in descriptors from an assembly's metadata. Loads nothing, runs nothing.</summary>
internal static class DescriptorReader
{
    private const int DeepestNesting = 32; // a damaged file may have a class inside itself

    /// <summary>The descriptors in a file and the assembly's informational version; no descriptors when the file declares no plug-in.</summary>
    /// <exception cref="BadImageFormatException">The file is no .NET assembly, or damaged.</exception>
    public static (IReadOnlyList<PluginDescriptor> Descriptors, string? AssemblyVersion) Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        using var image = new PEReader(file);
        if (!image.HasMetadata)
        {
            return ([], null);
        }

        var metadata = image.GetMetadataReader();
        var contract = typeof(StorageArrayPlugin).Assembly.GetName().Name!;
        if (!metadata.IsAssembly || !metadata.AssemblyReferences.Any(
            handle => metadata.StringComparer.Equals(metadata.GetAssemblyReference(handle).Name, contract)))
        {
            return ([], null);
        }

        var descriptors = new List<PluginDescriptor>();
        foreach (var handle in metadata.TypeDefinitions)
        {
            var type = metadata.GetTypeDefinition(handle);
            if (Find(metadata, type.GetCustomAttributes(), nameof(StorageArrayPluginAttribute)) is { } attribute)
            {
                descriptors.Add(ToDescriptor(FullName(metadata, type), attribute));
            }
        }

        var version = Find(metadata, metadata.GetAssemblyDefinition().GetCustomAttributes(), "AssemblyInformationalVersionAttribute");
        return (descriptors, version?.Positional[0] as string);
    }

    private static PluginDescriptor ToDescriptor(string className, AttributeArguments attribute)
    {
        var named = attribute.Named;
        var required = Text(named.GetValueOrDefault(nameof(StorageArrayPluginAttribute.RequiredApiVersion)), ApiVersion.Highest.ToString());
        return new()
        {
            ClassName = className,
            Name = Text(attribute.Positional[0]),
            Vendor = Text(attribute.Positional[1]),
            Version = Text(attribute.Positional[2]),
            Description = Text(attribute.Positional[3]),
            StorageTypes = ToStorageTypes(attribute.Positional[4]),
            RequiredApiVersion = required,
            ExtendedApiVersion = Text(named.GetValueOrDefault(nameof(StorageArrayPluginAttribute.ExtendedApiVersion)), required),
            StorageServerExtraInfoHelp = named.GetValueOrDefault(nameof(StorageArrayPluginAttribute.StorageServerExtraInfoHelp)) as string,
            StorageElementExtraInfoHelp = named.GetValueOrDefault(nameof(StorageArrayPluginAttribute.StorageElementExtraInfoHelp)) as string,
            IdentityFromPresentation = named.GetValueOrDefault(nameof(StorageArrayPluginAttribute.IdentityFromPresentation)) is true,
            Ability = ToCapabilities(named),
        };
    }

    private static Capabilities ToCapabilities(IReadOnlyDictionary<string, object?> named) => new(
        Enum.GetValues<AbilityKey>().Select(
            key => KeyValuePair.Create(key, named.GetValueOrDefault(key.ToString()) is int value ? (Ability)value : Ability.Invalid)),
        named.GetValueOrDefault(nameof(Capabilities.MaxAccessEntries)) as int? ?? 0);

    private static ValueList<StorageType> ToStorageTypes(object? value) =>
        value is List<object?> items ? items.Select(item => (StorageType)(int)item!).Distinct().ToValueList() : [];

    private static string Text(object? value, string absent = "") => value as string ?? absent;

    private static AttributeArguments? Find(MetadataReader metadata, CustomAttributeHandleCollection attributes, string name)
    {
        foreach (var handle in attributes)
        {
            var attribute = metadata.GetCustomAttribute(handle);
            if (attribute.Constructor.Kind == HandleKind.MemberReference
                && metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent is { Kind: HandleKind.TypeReference } parent
                && metadata.StringComparer.Equals(metadata.GetTypeReference((TypeReferenceHandle)parent).Name, name))
            {
                return AttributeArguments.Read(metadata, attribute);
            }
        }

        return null;
    }

    private static string FullName(MetadataReader metadata, TypeDefinition type)
    {
        var nested = "";
        for (var depth = 0; type.GetDeclaringType() is { IsNil: false } outer; depth++)
        {
            if (depth == DeepestNesting)
            {
                throw new BadImageFormatException("Classes are nested too deeply.");
            }

            nested = $"+{metadata.GetString(type.Name)}{nested}";
            type = metadata.GetTypeDefinition(outer);
        }

        var (space, name) = (metadata.GetString(type.Namespace), metadata.GetString(type.Name));
        return (space.Length == 0 ? name : $"{space}.{name}") + nested;
    }
}
