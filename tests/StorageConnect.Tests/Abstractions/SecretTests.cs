using System.Security;
using System.Text.Json;
using Xunit;

namespace StorageConnect.Tests.Abstractions;

public sealed class SecretTests
{
    private const string Text = "s3cr3t-of-the-array";

    [Fact]
    public void It_prints_asterisks()
    {
        using var secret = new Secret(Text);
        Assert.Equal("******", secret.ToString());
        Assert.Equal("******", $"{secret}");
    }

    [Fact]
    public void It_gives_its_characters_to_who_uses_it()
    {
        using var secret = new Secret(Text);
        Assert.Equal(Text, secret.Use(characters => new string(characters)));
        Assert.Equal(Text.Length, secret.Length);
    }

    [Fact]
    public void It_does_not_follow_the_buffer_it_was_made_of()
    {
        var buffer = Text.ToCharArray();
        using var secret = new Secret(buffer);
        Array.Clear(buffer);
        Assert.Equal(Text, secret.Use(characters => new string(characters)));
    }

    [Fact]
    public void It_can_be_made_of_a_secure_string()
    {
        using var secure = new SecureString();
        foreach (var character in Text)
        {
            secure.AppendChar(character);
        }

        using var secret = Secret.From(secure);
        Assert.Equal(Text, secret.Use(characters => new string(characters)));
    }

    [Fact]
    public void It_is_wiped_when_disposed()
    {
        var secret = new Secret(Text);
        char[]? kept = null;
        secret.Use(characters =>
        {
            unsafe
            {
                fixed (char* first = characters)
                {
                    var memory = (nint)first;
                    secret.Dispose();
                    kept = new ReadOnlySpan<char>((char*)memory, Text.Length).ToArray();
                }
            }

            return true;
        });
        Assert.All(kept!, character => Assert.Equal('\0', character));
        Assert.Throws<ObjectDisposedException>(() => secret.Use(characters => characters.Length));
        secret.Dispose();
    }

    [Fact]
    public void A_copy_outlives_it()
    {
        var secret = new Secret(Text);
        using var copy = secret.Copy();
        secret.Dispose();
        Assert.Equal(Text, copy.Use(characters => new string(characters)));
    }

    [Fact]
    public void It_can_not_be_serialized()
    {
        using var secret = new Secret(Text);
        Assert.Throws<InvalidOperationException>(() => JsonSerializer.Serialize(secret));
    }
}
