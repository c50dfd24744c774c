namespace StorageConnect.Linux.Tracing;

/// <summary>The points between which an operation can be killed or lose power. Each is a line of the trace; tests can stop there.</summary>
public static class Steps
{
    private static readonly AsyncLocal<Action<string>?> Flow = new();

    /// <summary>Called at each step, with the step's name.</summary>
    public static Action<string>? OnStep { get; set; }

    /// <summary>As <see cref="OnStep"/>, for the steps of what this flow of calls does, and no others'.</summary>
    public static Action<string>? OnStepOfFlow
    {
        get => Flow.Value;
        set => Flow.Value = value;
    }

    /// <summary>Reports that a step is reached.</summary>
    /// <param name="step">The step's name.</param>
    public static void At(string step)
    {
        Tracer.Debug($"Step: {step}");
        OnStep?.Invoke(step);
        OnStepOfFlow?.Invoke(step);
    }
}
