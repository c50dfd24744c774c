using StorageConnect.Engine.Errors;
using StorageConnect.Engine.Plugins;
using StorageConnect.Engine.Results;

namespace StorageConnect.Engine.Arrays;

/// <summary>Maps failures of plug-ins to errors that callers can rely on.</summary>
internal static class PluginCall
{
    /// <summary>Whether an exception needs <see cref="Translate"/>: all but the caller's own cancellation.</summary>
    public static bool IsFailure(Exception error, CancellationToken cancellationToken) =>
        error is not OperationCanceledException || !cancellationToken.IsCancellationRequested;

    /// <summary>How long a plug-in may take to validate a server.</summary>
    internal static TimeSpan ValidateTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a plug-in may continue after a cancellation, to leave no partial change.</summary>
    internal static TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Waits for a call. When the caller cancels, a plug-in that observes the token ends by itself. One that doesn't is abandoned after
    /// <see cref="Grace"/>.
    /// </summary>
    public static Task<T> EndWithCallerAsync<T>(Task<T> call, CancellationToken cancellationToken)
    {
        return call.IsCompleted || !cancellationToken.CanBeCanceled ? call : WaitAsync();

        async Task<T> WaitAsync()
        {
            var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await using (cancellationToken.UnsafeRegister(static state => ((TaskCompletionSource)state!).TrySetResult(), gone))
            {
                if (await Task.WhenAny(call, gone.Task) != call)
                {
                    await Task.WhenAny(call, Task.Delay(Grace, CancellationToken.None));
                    if (!call.IsCompleted)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                    }
                }
            }

            return await call;
        }
    }

    /// <summary>The error to throw for what a plug-in threw.</summary>
    [Rule(5, "A method signals failure by exception only; any but the contract's own is a fault of the plug-in.", "Class methods")]
    public static StorageConnectException Translate(Exception error, LoadedPlugin plugin, string method)
    {
        if (error is StorageConnectException thrown)
        {
            var expected = ErrorRepair.Clean(thrown);
            expected.Method ??= method;
            expected.Plugin ??= NameOf(plugin);
            return expected;
        }

        return Fault(plugin, method, $"threw {error.GetType().Name}: {UntrustedText.CleanText(error.Message)}", error);
    }

    /// <summary>The error for an answer that the guide doesn't allow.</summary>
    public static PluginFaultException Fault(LoadedPlugin plugin, string method, string problem, Exception? inner = null)
    {
        var fault = PluginErrors.PluginFailure(plugin.Descriptor, method, problem, inner);
        (fault.Method, fault.Plugin) = (method, NameOf(plugin));
        return fault;
    }

    private static string NameOf(LoadedPlugin plugin) => $"{plugin.Descriptor.Name} {plugin.Descriptor.Version}";
}
