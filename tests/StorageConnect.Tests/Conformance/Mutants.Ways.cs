using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <content>What mutants of several chapters do.</content>
internal static partial class Mutants
{
    private static readonly (string Field, Func<StorageElement, StorageElement> Change)[] Changes =
    [
        ("the state", element => element with { State = element.State == StorageElementState.Online ? StorageElementState.Offline
            : StorageElementState.Online }),
        ("the volume group", element => element with { VolumeGroupName = "other" }),
        ("thin provisioning", element => element with { ThinProvisioned = element.ThinProvisioned != true }),
        ("the sources", element => element with { SourceUuids = ["elsewhere"] }),
        ("the time of creation", element => element with { CreatedAt = element.CreatedAt?.AddMinutes(1) }),
        ("the quality of service", element => element with { Qos = "bronze" }),
        ("the presentation", element => element with { AccessGroupNames = ["everybody"] }),
        ("the size", element => element with { SizeBytes = element.SizeBytes + 512 }),
        ("the name", element => element with { Name = element.Name + "-changed" }),
        ("the page 0x83 id", element => element with { Page83Id = "3" + element.Uuid[..15] + "0" }),
    ];

    private static readonly string[] WithoutAnswer = ["remove", "offline", "online", "snapRemove", "snapRestore", "setQoS"];

    private static readonly (string What, Func<StorageElement, StorageElement> Change)[] Untruths =
    [
        ("tells sizes in whole blocks", element => element with { SizeBytes = element.SizeBytes / 512 * 512 }),
        ("tells names in lower case", element => element with { Name = element.Name.ToLowerInvariant() }),
        ("tells no time of creation", element => element with { CreatedAt = null }),
        ("tells nothing of thin provisioning", element => element.Type == StorageElementType.Snapshot ? element with { Name = "?" }
            : element with { ThinProvisioned = null }),
    ];

    private static void SpoilSource(RecordingArray array, string method, Func<StorageElement, StorageElement> change) =>
        array.Instead<StorageElement>(method, (call, normally, _) =>
    {
        var made = normally();
        array.Contents.Change(call.Argument<StorageElement>(0), change);
        return Task.FromResult(made);
    });

    /// <summary>A wrong plug-in of an array where identities belong to the presentation.</summary>
    private static Mutant OfPresentations(string clause, string wrong, Action<RecordingArray> makeWrong) => new(clause, wrong, a =>
    {
        a.Contents.HasIdentitiesOfPresentations = true;
        makeWrong(a);
    })
    {
        Plugin = new() { IdentityFromPresentation = true },
        StorageType = StorageType.iSCSI,
    };

    /// <summary>The element, or the source of a snapshot.</summary>
    private static StorageElement Lun(RecordingArray array, StorageElement element) =>
        array.Contents.Get(element) is { Type: StorageElementType.Snapshot } snapshot ? array.Contents.Get(new() { Uuid = snapshot.SourceUuids[0] }) : element;

    private static T After<T>(RecordingArray array, T answer, Func<StorageElement, StorageElement> change)
    {
        HarmAll(array, change);
        return answer;
    }

    /// <summary>Has a method do its work and something else after it.</summary>
    private static void Also(RecordingArray array, string method, Action<RecordedCall> harm)
    {
        if (WithoutAnswer.Contains(method))
        {
            array.Instead<Done>(method, (call, normally, _) => After(call, normally(), harm));
        }
        else
        {
            array.Instead<StorageElement>(method, (call, normally, _) => After(call, normally(), harm));
        }
    }

    private static void Erase(RecordingArray array)
    {
        var data = array.Contents.Data!;
        foreach (var element in array.Contents.Elements.Where(element => element.Type != StorageElementType.Snapshot && File.Exists(data.PathOf(element.Uuid))))
        {
            data.Create(element.Uuid, element.SizeBytes);
        }
    }

    private static Task<T> After<T>(RecordedCall call, T answer, Action<RecordedCall> harm)
    {
        harm(call);
        return Task.FromResult(answer);
    }

    private static IEnumerable<string> Meant(RecordedCall call) =>
        call.Arguments.OfType<StorageElement>().Concat(call.Arguments.OfType<IReadOnlyList<StorageElement>>().SelectMany(elements =>
            elements)).Select(element => element.Uuid);

    // What the call has just made is none of the others; the youngest is last.
    private static void HarmOthers(RecordingArray array, RecordedCall call, Func<StorageElement, StorageElement> change)
    {
        var meant = Meant(call).ToHashSet();
        foreach (var element in array.Contents.Elements.Where(element => !meant.Contains(element.Uuid)))
        {
            array.Contents.Put(change(element));
        }
    }

    private static void HarmArguments(RecordingArray array, RecordedCall call, Func<StorageElement, StorageElement> change)
    {
        var meant = Meant(call).ToHashSet();
        foreach (var element in array.Contents.Elements.Where(element => meant.Contains(element.Uuid) && element.Type != StorageElementType.Snapshot))
        {
            array.Contents.Put(change(element));
        }
    }

    private static void HarmAll(RecordingArray array, Func<StorageElement, StorageElement> change)
    {
        foreach (var element in array.Contents.Elements)
        {
            array.Contents.Put(change(element));
        }
    }

    private static bool IsOfSnapshot(RecordingArray array, StorageElement element) => IsClone(element)
        && array.Contents.Elements.Any(one => one.Type == StorageElementType.Snapshot && element.SourceUuids.Contains(one.Uuid));

    private static void SetMiddle(RecordingArray array, string uuid, byte[] block)
    {
        using var file = File.OpenWrite(array.Contents.Data!.PathOf(uuid));
        file.Position = file.Length / 2;
        file.Write(block);
    }

    private static bool IsClone(StorageElement element) => element.Type == StorageElementType.SnapClone;

    private static void OfElement(RecordingArray array, string method, Func<StorageElement, bool> isMeant,
        Func<StorageElement, IReadOnlyList<StorageElement>> answer) => array.Instead<IReadOnlyList<StorageElement>>(method, (call, normally, _) =>
            Task.FromResult(call.Arguments[0] is StorageElement asked && array.Contents.Get(asked) is var present && isMeant(present)
                ? answer(present) : normally()));

    private static void SaysNo(RecordingArray array, string method, Func<StorageElement, bool> isMeant) => array.Instead<bool>(method, (call, normally, _) =>
        Task.FromResult(normally() && !(call.Arguments[0] is StorageElement element && isMeant(array.Contents.Get(element)))));
}
