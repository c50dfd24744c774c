using StorageConnect.Engine.Workers;
using Xunit;

namespace StorageConnect.Tests.Engine.Workers;

/// <summary>What a worker writes, without the secrets it was given.</summary>
public sealed class SecretMaskTests
{
    [Fact]
    public void A_secret_that_another_begins_with_does_not_show_the_rest_of_it()
    {
        var mask = new SecretMask();
        mask.Add(ServerWith("Storage2024", "Storage2024chap"));

        Assert.Equal("****** and ******", mask.Apply("Storage2024chap and Storage2024"));
    }

    [Theory]
    [InlineData("say \"a\\b\"", @"say \""a\\b\""")]
    [InlineData("say \"a\\b\"", @"say \u0022a\\b\u0022")]
    [InlineData("größer+1", @"gr\u00f6\u00dfer+1")]
    [InlineData("größer+1", @"gr\u00F6\u00DFer\u002B1")]
    [InlineData("größer+1", "größer+1")]
    public void A_secret_is_masked_in_JSON_too(string secret, string inJson)
    {
        var mask = new SecretMask();
        mask.Add(ServerWith(secret, "another one"));

        var masked = mask.Apply($$"""{"password": "{{inJson}}"}""");

        Assert.Equal("""{"password": "******"}""", masked);
    }

    [Theory]
    [InlineData(112)]
    [InlineData(300)]
    public void A_long_line_of_standard_error_is_cut_after_its_secrets_are_masked(int secrets)
    {
        var lines = new List<string>();
        using var scope = new TraceScope(line => lines.Add(line.Text));
        scope.Run(() =>
        {
            var trace = new WorkerTrace("Naughty", 10);
            trace.BeginCall(ServerWith("canary-6c1f-secret", "another one"));
            using var errors = new StringReader($"the secret: {string.Concat(Enumerable.Repeat("canary-6c1f-secret", secrets))}\n");
            trace.ReadErrors(errors);
        });

        Assert.DoesNotContain("canary", Assert.Single(lines), StringComparison.Ordinal);
    }

    private static StorageServer ServerWith(string admin, string chap)
    {
        var context = new AccessContext { Host = "192.0.2.10", ChapUser = "host1" }.WithSecrets(new Secret(chap), null);
        return new StorageServer { Name = "lab", AccessContexts = [context] }.WithAdminSecret(new Secret(admin));
    }
}
