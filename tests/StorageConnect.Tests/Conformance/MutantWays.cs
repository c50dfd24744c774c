using StorageConnect.Tests.Recording;

namespace StorageConnect.Tests.Conformance;

/// <summary>Short ways to be wrong.</summary>
internal static class MutantWays
{
    /// <summary>Tells something else of an element than is so.</summary>
    public static void Tell(this RecordingArray array, string method, Func<StorageElement, StorageElement> change) => array.Lie(method, change);

    /// <summary>Does its work and something else to the element, so that it is so from then on.</summary>
    public static void Spoil(this RecordingArray array, string method, Func<StorageElement, StorageElement> change) =>
        array.Lie<StorageElement>(method, made => array.Contents.Change(made, change));

    /// <summary>Does something to the element it was given, beside its work.</summary>
    public static void Harm(this RecordingArray array, string method, Func<StorageElement, StorageElement> change) =>
        array.Instead<Done>(method, (call, normally, _) =>
    {
        var done = normally();
        array.Contents.Change(call.Argument<StorageElement>(0), change);
        return Task.FromResult(done);
    });

    /// <summary>Does something to every other element than it was meant to work on, beside its work.</summary>
    public static void HarmOthers<T>(this RecordingArray array, string method, Func<StorageElement, StorageElement> change) =>
        array.Instead<T>(method, (call, normally, _) =>
    {
        var answer = normally();
        var meant = (call.Arguments.OfType<StorageElement>().FirstOrDefault()?.Uuid, (answer as StorageElement)?.Uuid);
        foreach (var other in array.Contents.Elements.Where(other => other.Uuid != meant.Item1 && other.Uuid != meant.Item2))
        {
            array.Contents.Put(change(other));
        }

        return Task.FromResult(answer);
    });

    /// <summary>Tells something else of the elements listed than is so.</summary>
    public static void TellAll(this RecordingArray array, Func<StorageElement, StorageElement> change) =>
        array.Lie<IEnumerable<StorageElement>>("list", all => [.. all.Select(change)]);

    /// <summary>Answers for what isn't there as if it were.</summary>
    public static void Believe<T>(this RecordingArray array, string method, T answer) => array.Instead<T>(method, (_, normally, _) =>
    {
        try
        {
            return Task.FromResult(normally());
        }
        catch (NotFoundException)
        {
            return Task.FromResult(answer);
        }
    });

    /// <summary>Fails with another error than the guide has.</summary>
    public static void FailAs<TError, T>(this RecordingArray array, string method)
        where TError : StorageConnectException => array.Instead<T>(method, (_, normally, _) =>
    {
        try
        {
            return Task.FromResult(normally());
        }
        catch (TError)
        {
            throw new ArrayUnreachableException("Something went wrong.");
        }
    });

    /// <summary>Creates with another name than the one wanted.</summary>
    public static void Rename(this RecordingArray array, Func<string, string> change) => array.Instead<StorageElement>("create", (call, _, _) =>
        Task.FromResult(array.Contents.Create(call.Argument<StorageElement>(0) with { Name = change(call.Argument<StorageElement>(0).Name) },
            call.Argument<bool>(1), (string?)call.Arguments[2])));

    /// <summary>Creates in another size than the one wanted.</summary>
    public static void ResizeAtCreation(this RecordingArray array, Func<long, long> change) => array.Instead<StorageElement>("create", (call, _, _) =>
        Task.FromResult(array.Contents.Create(call.Argument<StorageElement>(0) with { SizeBytes = change(call.Argument<StorageElement>(0).SizeBytes) },
            call.Argument<bool>(1), (string?)call.Arguments[2])));

    /// <summary>An element that somebody had put there.</summary>
    public static StorageElement Put(this RecordingArray array, Func<StorageElement, StorageElement> change)
    {
        var uuid = Guid.NewGuid().ToString("n");
        return array.Contents.Put(change(new() { Uuid = uuid, Name = uuid, SizeBytes = 1024, Page83Id = "36" + uuid[1..], Qos = "gold", Status = "Good" }));
    }
}
