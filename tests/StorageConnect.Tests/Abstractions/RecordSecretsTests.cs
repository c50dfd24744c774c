using System.Text.Json;
using Xunit;

namespace StorageConnect.Tests.Abstractions;

/// <summary>A record carries its secrets along, and shows them to nobody.</summary>
public sealed class RecordSecretsTests : IDisposable
{
    private const string Text = "s3cr3t-of-the-array";
    private readonly Secret _secret = new(Text);

    public void Dispose() => _secret.Dispose();

    private AccessContext Context => new AccessContext { Host = "a", ChapUser = "u", MutualChapUser = "m" }.WithSecrets(_secret, _secret);

    private StorageServer Server => new StorageServer { Name = "lab", AdminUser = "admin", AccessContexts = [Context] }.WithAdminSecret(_secret);

    [Fact]
    public void A_copy_with_other_values_still_carries_them()
    {
        Assert.Same(_secret, (Server with { Name = "other" }).GetAdminSecret());
        Assert.Same(_secret, (Context with { Port = 1 }).GetChapSecret());
        Assert.Same(_secret, (Context with { Port = 1 }).GetMutualChapSecret());
    }

    [Fact]
    public void They_take_no_part_in_equality()
    {
        using var other = new Secret("another");
        Assert.Equal(Server, Server.WithAdminSecret(null));
        Assert.Equal(Server.GetHashCode(), Server.WithAdminSecret(other).GetHashCode());
        Assert.Equal(Context, Context.WithSecrets(other, null));
        Assert.Equal(Context.GetHashCode(), Context.WithSecrets(null, null).GetHashCode());
    }

    [Fact]
    public void They_are_not_printed()
    {
        Assert.DoesNotContain(Text, Server.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Text, Context.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void They_are_not_serialized_even_with_fields()
    {
        var options = new JsonSerializerOptions { IncludeFields = true };
        Assert.DoesNotContain(Text, JsonSerializer.Serialize(Server, options), StringComparison.Ordinal);
        Assert.DoesNotContain(Text, JsonSerializer.Serialize(Context, options), StringComparison.Ordinal);
    }

    [Fact]
    public void No_public_property_or_field_has_one() =>
        Assert.All([typeof(StorageServer), typeof(AccessContext)], type =>
        {
            Assert.DoesNotContain(type.GetProperties(), property => property.PropertyType == typeof(Secret));
            Assert.DoesNotContain(type.GetFields(), field => !field.IsLiteral);
        });
}
