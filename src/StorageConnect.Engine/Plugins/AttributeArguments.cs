using System.Reflection.Metadata;

namespace StorageConnect.Engine.Plugins;

/// <summary>
/// The arguments of an attribute in an assembly's metadata (ECMA-335, II.23.3). A damaged file may name any number of them: the library's decoder makes
/// room for as many before it looks for them, gigabytes; this one reads what is there.
/// </summary>
internal sealed class AttributeArguments
{
    private const ushort Prolog = 1;

    private AttributeArguments(IReadOnlyList<object?> positional, IReadOnlyDictionary<string, object?> named) => (Positional, Named) = (positional, named);

    /// <summary>Those of the constructor. Enums are ints, arrays are lists, and classes are their names.</summary>
    public IReadOnlyList<object?> Positional { get; }

    public IReadOnlyDictionary<string, object?> Named { get; }

    /// <summary>Reads them.</summary>
    /// <param name="metadata">The assembly.</param>
    /// <param name="attribute">An attribute whose class is in another assembly.</param>
    /// <exception cref="BadImageFormatException">They are damaged, or of types that no attribute of the contract has.</exception>
    public static AttributeArguments Read(MetadataReader metadata, CustomAttribute attribute)
    {
        var constructor = metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor);
        var signature = metadata.GetBlobReader(constructor.Signature);
        signature.ReadSignatureHeader();
        var count = signature.ReadCompressedInteger();
        signature.ReadSignatureTypeCode(); // void

        var value = metadata.GetBlobReader(attribute.Value);
        if (value.ReadUInt16() != Prolog)
        {
            throw new BadImageFormatException("An attribute's arguments don't begin as such.");
        }

        var positional = new List<object?>();
        while (positional.Count < count)
        {
            positional.Add(Read(ref value, ParameterType(ref signature)));
        }

        var named = new Dictionary<string, object?>(StringComparer.Ordinal);
        for (var left = value.ReadUInt16(); left > 0; left--)
        {
            value.ReadSerializationTypeCode(); // field or property
            var type = NamedType(ref value);
            named.Add(value.ReadSerializedString() ?? "", Read(ref value, type));
        }

        return new(positional, named);
    }

    /// <summary>The type of a constructor's next parameter.</summary>
    private static (SerializationTypeCode Code, bool IsArray) ParameterType(ref BlobReader signature)
    {
        var code = signature.ReadCompressedInteger();
        var isArray = code == (int)SignatureTypeCode.SZArray;
        if (isArray)
        {
            code = signature.ReadCompressedInteger();
        }

        if (code is not ((int)SignatureTypeKind.Class or (int)SignatureTypeKind.ValueType))
        {
            return ((SerializationTypeCode)code, isArray); // simple types have one number in signatures and in values
        }

        signature.ReadTypeHandle();
        return (code == (int)SignatureTypeKind.Class ? SerializationTypeCode.Type : SerializationTypeCode.Enum, isArray);
    }

    /// <summary>The type of the next named argument.</summary>
    private static (SerializationTypeCode Code, bool IsArray) NamedType(ref BlobReader value)
    {
        var code = value.ReadSerializationTypeCode();
        var isArray = code == SerializationTypeCode.SZArray;
        if (isArray)
        {
            code = value.ReadSerializationTypeCode();
        }

        if (code == SerializationTypeCode.Enum)
        {
            value.ReadSerializedString();
        }

        return (code, isArray);
    }

    private static object? Read(ref BlobReader value, (SerializationTypeCode Code, bool IsArray) type)
    {
        if (!type.IsArray)
        {
            return Read(ref value, type.Code);
        }

        var items = new List<object?>();
        for (var left = value.ReadInt32(); left > 0; left--)
        {
            items.Add(Read(ref value, type.Code));
        }

        return items;
    }

    private static object? Read(ref BlobReader value, SerializationTypeCode code) => code switch
    {
        SerializationTypeCode.Boolean => value.ReadBoolean(),
        SerializationTypeCode.Char => value.ReadChar(),
        SerializationTypeCode.SByte => value.ReadSByte(),
        SerializationTypeCode.Byte => value.ReadByte(),
        SerializationTypeCode.Int16 => value.ReadInt16(),
        SerializationTypeCode.UInt16 => value.ReadUInt16(),
        SerializationTypeCode.Int32 or SerializationTypeCode.Enum => value.ReadInt32(),
        SerializationTypeCode.UInt32 => value.ReadUInt32(),
        SerializationTypeCode.Int64 => value.ReadInt64(),
        SerializationTypeCode.UInt64 => value.ReadUInt64(),
        SerializationTypeCode.Single => value.ReadSingle(),
        SerializationTypeCode.Double => value.ReadDouble(),
        SerializationTypeCode.String or SerializationTypeCode.Type => value.ReadSerializedString(),
        _ => throw new BadImageFormatException($"An attribute's argument is of a type that isn't known here ({code})."),
    };
}
