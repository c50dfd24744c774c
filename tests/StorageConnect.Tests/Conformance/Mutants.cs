using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <summary>The wrong plug-ins, each with the clause that is meant to catch it.</summary>
internal static partial class Mutants
{
    // When first asked for: its parts are in several files, whose fields are initialized in no order that one could rely on.
    public static IReadOnlyList<Mutant> All => field ??=
        [.. Server, .. Elements, .. Groups, .. Copies, .. SideEffects, .. Many, .. Questions, .. Reviewed, .. Invented, .. Told, .. Swept, .. Tried];

    private static IEnumerable<Mutant> Server =>
    [
        new("DESCRIPTOR-5", "declares nothing for one key",
            _ => { }) { Plugin = new() { Ability = new(MemoryArray.Everything) { SplitCloneWhileOpen = Ability.Invalid } } },
        new("DESCRIPTOR-7", "uses extra info without a word about it", _ => { }) { Plugin = new() { StorageServerExtraInfoHelp = null } },
        new("CAPABILITY-1", "leaves a key out", a => a.Contents.Abilities = new(MemoryArray.Everything) { SnapIsSync = Ability.Invalid }),
        new("CAPABILITY-2", "tells of an array that can more than the plug-in",
            _ => { }) { Plugin = new() { Ability = new(MemoryArray.Everything) { Resize = Ability.Unsupported } } },
        new("CAPABILITY-3", "makes groups that can hold nothing", a => a.Contents.Abilities = new(MemoryArray.Everything) { MaxAccessEntries = 0 }),
        new("CAPABILITY-4", "tells something else each time",
            a => a.Lie<Capabilities>("getCapabilities", now => new(now) { MaxAccessEntries = a.Calls.Count })),
        new("CAPABILITY-5", "is always synchronous, and its array is not",
            a => a.Contents.Abilities = new(MemoryArray.Everything) { CloneIsSync = Ability.No }),
        new("SERVER-1", "validates once only",
            a => a.Before("validate", (_, _) => a.CalledMethods.Count(method => method == "validate") > 1 ? throw new InvalidStorageArrayException("Again?")
                : Task.CompletedTask)),
        new("SERVER-3", "doesn't say what the array is", a => a.Lie<StorageServer>("getInfo", info => info with { Description = "" })),
        new("SERVER-4", "has no status in getInfo", a => a.Lie<StorageServer>("getInfo", info => info with { Status = null })),
        new("SERVER-5", "drops what the user entered", a => a.Lie<StorageServer>("getInfo", info => info with { ExtraInfo = null })),
        new("SERVER-6", "makes the storage id its own in getInfo", a => a.Lie<StorageServer>("getInfo", info => info with { StorageId = "mine" })),
        new("SERVER-7", "uses more than there is", a => a.Lie<StorageServer>("getInfo", info => info with { UsedBytes = info.TotalBytes + 1 })),
        new("SERVER-8", "has a volume group twice", a => a.Lie<StorageServer>("getInfo", info => info with { VolumeGroups = ["pool", "pool"] })),
        new("SERVER-9", "offers storage names that nobody needs", a => a.Contents.StorageNames = ["one"]),
        new("SERVER-11", "has no status", a => a.Contents.Status = " "),
        new("SERVER-12", "shows the password", a => a.Lie<StorageServer>("getInfo", info => info with { Description = $"logged in with {KitBed.Password}" })),
        new("LIST-1", "lists snapshots", a =>
        {
            a.Put(element => element with { Type = StorageElementType.Snapshot });
            a.Instead<IEnumerable<StorageElement>>("list", (_, _, _) => Task.FromResult<IEnumerable<StorageElement>>(a.Contents.Elements));
        }),
        new("LIST-2", "writes page 0x83 ids in capitals", a => a.Put(element => element with { Page83Id = "3" + new string('A', 32) })),
        new("LIST-3", "gives one page 0x83 id twice", a =>
        {
            a.Put(element => element with { Page83Id = "3" + new string('a', 32) });
            a.Put(element => element with { Page83Id = "3" + new string('a', 32) });
        }),
        new("LIST-4", "writes identities with dashes", a => a.Put(element => element with { Uuid = Guid.NewGuid().ToString("d") })),
        new("LIST-5", "gives one name twice", a =>
        {
            a.Put(element => element with { Name = "twin" });
            a.Put(element => element with { Name = "twin" });
        }),
        new("LIST-6", "lists an element of no size", a => a.Put(element => element with { SizeBytes = 0 })),
        new("LIST-7", "returns all types whatever was asked for",
            a => a.Instead<IEnumerable<StorageElement>>("list", (_, _, _) => Task.FromResult(a.Contents.List(new())))),
        new("LIST-8", "lists a snapshot too",
            a => a.Instead<IEnumerable<StorageElement>>("list", (_, _, _) => Task.FromResult<IEnumerable<StorageElement>>(a.Contents.Elements))),
        new("LIST-9", "takes case seriously in the beginning of a name", a => a.Instead<IEnumerable<StorageElement>>("list", (call, normally, _) =>
            Task.FromResult(normally().Where(element =>
                element.Name.StartsWith(call.Argument<StorageElementFilter>(0).NamePrefix ?? "", StringComparison.Ordinal))))),
        new("LIST-10", "looks at the host while listing", a => a.TellAll(element => element with { DevicePaths = ["/dev/mapper/x"] })),
        new("LIST-11", "lists the size in other words", a => a.TellAll(element => element with { SizeBytes = element.SizeBytes / 1000 * 1000 })),
        new("LIST-12", "forgets in list what a clone was made of", a => a.TellAll(element => element with { SourceUuids = [] })),
        new("INFO-1", "finds elements by their names", a => a.Instead<StorageElement>("getInfo", (call, _, _) =>
            Task.FromResult(a.Contents.Elements.FirstOrDefault(element => element.Name == call.Argument<StorageElement>(0).Name)
                ?? throw new NotFoundException("Who?")))),
        new("INFO-2", "believes any record", a => a.Instead<StorageElement>("getInfo", (call, _, _) => Task.FromResult(call.Argument<StorageElement>(0)))),
        new("INFO-3", "knows nothing of snapshots in getInfo",
            a => a.Tell("getInfo", element => element.Type == StorageElementType.Snapshot ? throw new NotFoundException("No LUN.") : element)),
        new("INFO-4", "has no status of an element", a => a.Lie<string>("getStatus", _ => "")),
        new("INFO-5", "has a status of what isn't there", a => a.Believe("getStatus", "Good")),
        new("INFO-7", "tells progress where nothing goes on", a => a.Tell("getInfo", element => element with { AsyncProgress = 100 })),
        new("STATE-1", "stays online", a => a.Return("offline", default(Done))),
        new("STATE-2", "stays offline", a => a.Return("online", default(Done))),
        new("STATE-3", "fails when it is offline already",
            a => a.Before("offline", (call, _) => a.Contents.Get(call.Argument<StorageElement>(0)).State == StorageElementState.Offline
                ? throw new InvalidRequestException("It is.") : Task.CompletedTask)),
        new("STATE-4", "fails when it is online already",
            a => a.Before("online", (call, _) => a.Contents.Get(call.Argument<StorageElement>(0)).State == StorageElementState.Online
                ? throw new InvalidRequestException("It is.") : Task.CompletedTask)),
        new("STATE-5", "withdraws what goes offline", a => a.Harm("offline", element => element with { AccessGroupNames = [] })),
        new("STATE-6", "withdraws what goes online", a => a.Harm("online", element => element with { AccessGroupNames = [] })),
        new("STATE-7", "sets offline what isn't there", a => a.Believe("offline", default(Done))),
        new("STATE-8", "sets online what isn't there", a => a.Believe("online", default(Done))),
        new("STATE-9", "sets all others offline too", a => a.HarmOthers<Done>("offline", element => element with { State = StorageElementState.Offline })),
        new("STATE-10", "erases what goes offline", a => a.Instead<Done>("offline", (call, normally, _) =>
        {
            a.Contents.Data!.Create(call.Argument<StorageElement>(0).Uuid, 1 << 16);
            return Task.FromResult(normally());
        })),
        new("QOS-1", "has a quality without a name", a => a.Contents.Qualities = [new() { Value = "gold", Name = "", Description = "?" }]),
        new("QOS-4", "doesn't set the quality", a => a.Return("setQoS", default(Done))),
        new("QOS-6", "takes any quality", a => a.Instead<Done>("setQoS", (call, _, _) =>
        {
            a.Contents.Change(call.Argument<StorageElement>(0), element => element with { Qos = call.Argument<string>(1) });
            return Task.FromResult(default(Done));
        })),
        new("QOS-7", "sets the quality of what isn't there", a => a.Believe("setQoS", default(Done))),
        new("UPDATE-1", "turns the records round", a => a.Lie<IReadOnlyList<StorageElement>>("updateSERecords", all => [.. all.Reverse()])),
        new("UPDATE-3", "gives old records back as they are",
            a => a.Instead<IReadOnlyList<StorageElement>>("updateSERecords", (call, _, _) => Task.FromResult(call.Argument<IReadOnlyList<StorageElement>>(0)))),
        new("UPDATE-5", "tells paths that aren't there",
            a => a.Lie<IReadOnlyList<StorageElement>>("updateSERecords",
                all => [.. all.Select(element => element with { DevicePaths = ["/dev/mapper/none"] })])),
    ];
}
