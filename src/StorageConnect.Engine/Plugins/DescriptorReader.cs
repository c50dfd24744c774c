using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace StorageConnect.Engine.Plugins;

/// <summary>Reads plug-in descriptors from an assembly's metadata. Loads nothing, runs nothing.</summary>
internal static class DescriptorReader
{
    private static readonly AttributeTypes Types = new();

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
        return (descriptors, version?.FixedArguments[0].Value as string);
    }

    private static PluginDescriptor ToDescriptor(string className, CustomAttributeValue<string> attribute)
    {
        var named = attribute.NamedArguments.ToDictionary(argument => argument.Name!, argument => argument.Value);
        var required = Text(named.GetValueOrDefault(nameof(StorageArrayPluginAttribute.RequiredApiVersion)), ApiVersion.Highest.ToString());
        return new()
        {
            ClassName = className,
            Name = Text(attribute.FixedArguments[0].Value),
            Vendor = Text(attribute.FixedArguments[1].Value),
            Version = Text(attribute.FixedArguments[2].Value),
            Description = Text(attribute.FixedArguments[3].Value),
            StorageTypes = ToStorageTypes(attribute.FixedArguments[4].Value),
            RequiredApiVersion = required,
            ExtendedApiVersion = Text(named.GetValueOrDefault(nameof(StorageArrayPluginAttribute.ExtendedApiVersion)), required),
            StorageServerExtraInfoHelp = named.GetValueOrDefault(nameof(StorageArrayPluginAttribute.StorageServerExtraInfoHelp)) as string,
            StorageElementExtraInfoHelp = named.GetValueOrDefault(nameof(StorageArrayPluginAttribute.StorageElementExtraInfoHelp)) as string,
            IdentityFromPresentation = named.GetValueOrDefault(nameof(StorageArrayPluginAttribute.IdentityFromPresentation)) is true,
            Ability = ToCapabilities(named),
        };
    }

    private static Capabilities ToCapabilities(Dictionary<string, object?> named) => new(
        Enum.GetValues<AbilityKey>().Select(
            key => KeyValuePair.Create(key, named.GetValueOrDefault(key.ToString()) is int value ? (Ability)value : Ability.Invalid)),
        named.GetValueOrDefault(nameof(Capabilities.MaxAccessEntries)) as int? ?? 0);

    private static ValueList<StorageType> ToStorageTypes(object? value) =>
        value is ImmutableArray<CustomAttributeTypedArgument<string>> items
            ? items.Select(item => (StorageType)(int)item.Value!).Distinct().ToValueList()
            : [];

    private static string Text(object? value, string absent = "") => value as string ?? absent;

    private static CustomAttributeValue<string>? Find(MetadataReader metadata, CustomAttributeHandleCollection attributes, string name)
    {
        foreach (var handle in attributes)
        {
            var attribute = metadata.GetCustomAttribute(handle);
            if (attribute.Constructor.Kind == HandleKind.MemberReference
                && metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent is { Kind: HandleKind.TypeReference } parent
                && metadata.StringComparer.Equals(metadata.GetTypeReference((TypeReferenceHandle)parent).Name, name))
            {
                return attribute.DecodeValue(Types);
            }
        }

        return null;
    }

    private static string FullName(MetadataReader metadata, TypeDefinition type)
    {
        var name = metadata.GetString(type.Name);
        if (type.GetDeclaringType() is { IsNil: false } outer)
        {
            return $"{FullName(metadata, metadata.GetTypeDefinition(outer))}+{name}";
        }

        var space = metadata.GetString(type.Namespace);
        return space.Length == 0 ? name : $"{space}.{name}";
    }

    /// <summary>Type names as strings are all that decoding these attributes takes; the contract's enums are all ints.</summary>
    private sealed class AttributeTypes : ICustomAttributeTypeProvider<string>
    {
        public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

        public string GetSystemType() => "System.Type";

        public string GetSZArrayType(string elementType) => elementType + "[]";

        public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) =>
            FullName(reader, reader.GetTypeDefinition(handle));

        public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) =>
            reader.GetString(reader.GetTypeReference(handle).Name);

        public string GetTypeFromSerializedName(string name) => name;

        public PrimitiveTypeCode GetUnderlyingEnumType(string type) => PrimitiveTypeCode.Int32;

        public bool IsSystemType(string type) => type is "System.Type" or "Type";
    }
}
