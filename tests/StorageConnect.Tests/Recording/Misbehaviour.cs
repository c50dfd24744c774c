namespace StorageConnect.Tests.Recording;

/// <summary>The common ways to break the contract, by name.</summary>
public static class Misbehaviour
{
    /// <summary>A method fails before it does anything.</summary>
    public static void Throw(this RecordingArray array, string method, Func<Exception> error) => array.Before(method, (_, _) => throw error());

    /// <summary>A method never comes back, but heeds the end of the caller's wait.</summary>
    public static void Hang(this RecordingArray array, string method) =>
        array.Before(method, (_, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken));

    /// <summary>A method never comes back, whatever its caller wants.</summary>
    public static void HangForGood(this RecordingArray array, string method) =>
        array.Before(method, (_, _) => new TaskCompletionSource().Task);

    /// <summary>A method does nothing and answers this.</summary>
    public static void Return<T>(this RecordingArray array, string method, T? answer) => array.Instead<T>(method, (_, _, _) => Task.FromResult(answer!));

    /// <summary>A method returns null in the place of a task.</summary>
    public static void ReturnNoTask<T>(this RecordingArray array, string method) => array.Instead<T>(method, (_, _, _) => null);

    /// <summary>A method does its work and tells something else.</summary>
    public static void Lie<T>(this RecordingArray array, string method, Func<T, T> change) =>
        array.Instead<T>(method, (_, normally, _) => Task.FromResult(change(normally())));
}
