using System.Text;
using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>Texts that show a secret.</content>
internal static partial class Mutants
{
    private static readonly (string Field, Func<StorageElement, StorageElement> Change)[] Leaks =
    [
        ("handle", element => element with { AsyncHandle = $"session={KitBed.Password}" }),
        ("status", element => element with { Status = $"by {KitBed.Password}" }),
        ("extra info", element => element with { ExtraInfo = $"p={KitBed.Password}" }),
    ];

    private static IEnumerable<Mutant> Secrets =>
    [
        .. from method in new[] { "clone", "createSnap", "cloneFromSnap" }
           from change in Leaks
           select new Mutant("SECRET-1", $"shows the password in the {change.Field} of {method}", a => a.Tell(method, change.Change)),
        new("SECRET-1", "shows the password in the name of a quality of service", a => a.Contents.Qualities =
            [new() { Value = "gold", Name = $"Gold of {KitBed.Password}", Description = "?" }]),
        new("SECRET-1", "shows the password in the description of a quality of service", a => a.Contents.Qualities =
            [new() { Value = "gold", Name = "Gold", Description = $"for {KitBed.Password}" }]),
        new("SECRET-1", "shows the password in the names of groups", a => a.Lie<IReadOnlyList<AccessGroup>>("getAccessGroups", groups =>
            [.. groups, new() { Name = $"all of {KitBed.Password}", Entries = [] }])),
        new("SECRET-1", "shows the password in a storage name", a => a.Lie<IReadOnlyList<string>>("getStorageNames", _ => [$"pool/{KitBed.Password}"])),
        new("SECRET-1", "shows the password in Base64 in a handle", a => a.Tell("clone", made => made with { AsyncHandle =
            Convert.ToBase64String(Encoding.UTF8.GetBytes(KitBed.Password)) })),
        new("SECRET-1", "shows user and password in Base64 in a status", a => a.Lie<string>("getStatus", status =>
            $"{status} (Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{KitBed.Password}"))})")),
        new("SECRET-1", "shows the password in a URL", a => a.Tell("getInfo", element => element with { Status =
            $"https://array/?p={Uri.EscapeDataString(KitBed.Password)}" })),
        new("SECRET-1", "shows the password in hexadecimal", a => a.Tell("getInfo", element => element with { ExtraInfo =
            Convert.ToHexStringLower(Encoding.UTF8.GetBytes(KitBed.Password)) })),
        new("SECRET-1", "shows the password in capitals", a => a.Tell("create", element => element with { Status = KitBed.Password.ToUpperInvariant() })),
        new("SECRET-1", "shows the password in the cause of an error", a => a.Before("snapRemove", (_, _) =>
            throw new NotFoundException("It isn't there.", new InvalidOperationException($"POST /login {KitBed.Password}")))),
        new("SECRET-1", "shows the password in the advice of an error", a => a.Before("clone", (call, _) =>
            a.Contents.Elements.Any(element => element.Uuid == call.Argument<StorageElement>(0).Uuid) ? Task.CompletedTask
                : throw new NotFoundException("It isn't there.") { Recommendation = $"Log in as admin/{KitBed.Password}." })),
        new("SECRET-1", "shows the password in the group answered", a => a.Lie<AccessGroup>("addToAccessGroup", group =>
            group with { StorageServerName = KitBed.Password })),
        new("SECRET-2", "writes the password to its log", _ => { }) { Plugin = new() { Base = typeof(IndiscreetPlugin) } },
        new("SECRET-1", "shows the password as a form has it", a => a.Lie<string>("getStatus", status =>
            $"{status}?password={System.Net.WebUtility.UrlEncode(KitBed.Password)}")),
        new("SECRET-1", "shows the password when nothing can be stopped", a => a.Before("cancel", (_, _) =>
            throw new NoSuchOperationException($"login {KitBed.Password}: nothing to stop."))),
        new("SECRET-1", "shows the password when a quality isn't there", a => a.Before("setQoS", (call, _) =>
            a.Contents.Qualities.All(quality => quality.Value != call.Argument<string>(1)) ? throw new InvalidRequestException(KitBed.Password)
                : Task.CompletedTask)),
        new("SECRET-1", "keeps the password with the cause of an error", a => a.Before("getInfo", (call, _) =>
        {
            if (call.Arguments.OfType<StorageElement>().Any(element => a.Contents.Elements.All(there => there.Uuid != element.Uuid)))
            {
                var cause = new InvalidOperationException("The login failed.");
                cause.Data["password"] = KitBed.Password;
                throw new NotFoundException("It isn't there.", cause);
            }

            return Task.CompletedTask;
        })),
    ];
}
