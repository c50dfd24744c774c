using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text;
using CsCheck;
using StorageConnect.Engine.Plugins;
using StorageConnect.Tests.Recording;
using Xunit;

namespace StorageConnect.Tests.Engine.Plugins;

/// <summary>Damaged files are found, refused, and hinder nobody.</summary>
public sealed class PluginDamageTests : PluginTests
{
    [Fact]
    public void A_file_with_any_byte_changed_never_throws()
    {
        var whole = File.ReadAllBytes(Bed.Install(new(), "Odd"));
        var folders = Bed.FolderOf("Fuzz");
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte, Gen.Int[0, whole.Length - 1], Gen.Byte).Sample(
            (at, value, at2, value2) =>
            {
                byte[] damaged = [.. whole];
                damaged[at] = value;
                damaged[at2] = value2;
                var folder = Directory.CreateDirectory(Path.Combine(folders, Guid.NewGuid().ToString("n"))).FullName;
                File.WriteAllBytes(Path.Combine(folder, "Plugin.dll"), damaged);
                Assert.NotEmpty(PluginFinder.FindInFolder(folder, trusted: true));
                Directory.Delete(folder, recursive: true);
            },
            iter: 2000);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_number_of_arguments_that_are_not_there_takes_no_room(bool inSignature)
    {
        var blueprint = new PluginBlueprint();
        var path = Bed.Install(blueprint, "Odd");
        var bytes = File.ReadAllBytes(path);
        if (inSignature)
        {
            // A constructor of four strings and an array of enums: five parameters, and then millions.
            ReadOnlySpan<byte> signature = [0x20, 5, 1, 0xe, 0xe, 0xe, 0xe, 0x1d, 0x11];
            bytes[bytes.AsSpan().IndexOf(signature) + 1] = 0xc1;
        }
        else
        {
            var description = Encoding.UTF8.GetBytes(blueprint.Description);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(bytes.AsSpan().IndexOf(description) + description.Length), 1 << 24);
        }

        File.WriteAllBytes(path, bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = Assert.Single(PluginFinder.FindInFolder(Bed.FolderOf("Odd"), trusted: true));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
        Assert.Contains("Its descriptor can't be read", found.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_class_that_is_nested_in_itself_is_refused()
    {
        var path = Bed.Install(new() { AlsoDefine = DefineNested }, "Odd");
        var bytes = File.ReadAllBytes(path);
        using (var image = new PEReader(ImmutableArray.Create(bytes)))
        {
            var metadata = image.GetMetadataReader();
            var plugin = metadata.TypeDefinitions.Single(handle => metadata.GetString(metadata.GetTypeDefinition(handle).Name) == "RecordingPlugin");
            var row = bytes.AsSpan(image.PEHeaders.MetadataStartOffset + metadata.GetTableMetadataOffset(TableIndex.NestedClass));
            BinaryPrimitives.WriteUInt16LittleEndian(row, (ushort)MetadataTokens.GetRowNumber(plugin));
            BinaryPrimitives.WriteUInt16LittleEndian(row[2..], (ushort)MetadataTokens.GetRowNumber(plugin));
        }

        File.WriteAllBytes(path, bytes);
        AssertIs(PluginState.Refused, "nested too deeply", Assert.Single(In("Odd")));
        AssertTheGoodOneIsReady();
    }

    [Fact]
    public void A_file_that_is_cut_off_is_refused()
    {
        var path = Bed.Install(new(), "Odd");
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..512]);
        Assert.Equal(PluginState.Refused, Assert.Single(In("Odd")).State);
        AssertTheGoodOneIsReady();
    }

    [Fact]
    public void A_file_whose_code_is_damaged_fails_when_it_is_loaded()
    {
        // The metadata names a base class that is not there.
        var path = Bed.Install(new() { Base = typeof(ThrowingPlugin), ClassName = "Odd.Plugin" }, "Odd");
        var bytes = File.ReadAllBytes(path);
        bytes.AsSpan(bytes.AsSpan().IndexOf("ThrowingPlugin\0"u8), 5).Fill((byte)'X');
        File.WriteAllBytes(path, bytes);
        AssertIs(PluginState.Failed, "It was built against another contract or is damaged", Assert.Single(In("Odd")));
        AssertTheGoodOneIsReady();
    }

    [Fact]
    public void An_attribute_of_the_contracts_name_but_another_shape_is_refused()
    {
        AttributeOfAnotherContract(Bed.FolderOf("Odd"));
        AssertIs(PluginState.Refused, "Its descriptor can't be read", Assert.Single(In("Odd")));
        AssertTheGoodOneIsReady();
    }

    private static void DefineNested(ModuleBuilder module)
    {
        var outer = module.DefineType("Outer");
        var inner = outer.DefineNestedType("Inner", TypeAttributes.NestedPublic);
        outer.CreateType();
        inner.CreateType();
    }

    /// <summary>As a plug-in for a later contract might look, whose attribute takes less.</summary>
    private static void AttributeOfAnotherContract(string folder)
    {
        var path = Path.Combine(Directory.CreateDirectory(folder).FullName, "Other.Attributes.dll");
        var library = new PersistedAssemblyBuilder(new AssemblyName("Other.Attributes"), typeof(object).Assembly);
        var attribute = library.DefineDynamicModule("Other.Attributes")
            .DefineType("StorageConnect.StorageArrayPluginAttribute", TypeAttributes.Public, typeof(Attribute));
        attribute.DefineDefaultConstructor(MethodAttributes.Public);
        attribute.CreateType();
        library.Save(path);
        var context = new System.Runtime.Loader.AssemblyLoadContext(path, isCollectible: true);
        var other = context.LoadFromAssemblyPath(path).GetType("StorageConnect.StorageArrayPluginAttribute", throwOnError: true)!;

        var assembly = new PersistedAssemblyBuilder(new AssemblyName("Odd"), typeof(object).Assembly);
        var type = assembly.DefineDynamicModule("Odd").DefineType("Odd.Plugin", TypeAttributes.Public | TypeAttributes.Abstract, typeof(StorageArrayPlugin));
        type.SetCustomAttribute(new(other.GetConstructor([])!, []));
        type.CreateType();
        assembly.Save(Path.Combine(folder, "Odd.dll"));
        context.Unload();
    }
}
