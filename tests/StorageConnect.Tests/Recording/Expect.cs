using Xunit;

namespace StorageConnect.Tests.Recording;

/// <summary>What every error of the engine must have.</summary>
public static class Expect
{
    /// <summary>An error of exactly this type and id, about this thing, with a way out.</summary>
    /// <returns>The error, for what is special about it.</returns>
    public static async Task<T> FailureAsync<T>(string errorId, string? element, Func<Task> action)
        where T : StorageConnectException => Check(await Assert.ThrowsAsync<T>(action), errorId, element);

    /// <inheritdoc cref="FailureAsync"/>
    public static T Failure<T>(string errorId, string? element, Action action)
        where T : StorageConnectException => Check(Assert.Throws<T>(action), errorId, element);

    /// <inheritdoc cref="FailureAsync"/>
    public static T Check<T>(T error, string errorId, string? element)
        where T : StorageConnectException
    {
        Assert.Equal(errorId, error.ErrorId);
        Assert.Equal(element, error.Element);
        Assert.False(string.IsNullOrWhiteSpace(error.Recommendation), "It must say what to do.");
        return error;
    }
}
