namespace StorageConnect.Conformance;

/// <summary>Predicates are asked before each call, again and again: a plug-in may not tell after the first call what held before it.</summary>
internal static class Predicates
{
    private const int Times = 3;

    /// <summary>Asks, and makes the call: after yes it works, after no it is refused.</summary>
    /// <param name="ask">The predicate.</param>
    /// <param name="call">What it tells of.</param>
    /// <param name="name">The guide's name of the predicate.</param>
    public static async Task HoldAsync(Func<Task<bool>> ask, Func<Task> call, string name)
    {
        for (var time = 1; time <= Times; time++)
        {
            var answer = await ask();
            try
            {
                await call();
            }
            catch (StorageConnectException e)
            {
                Check.That(!answer, $"what {name} allowed done, the {time}. time", e);
                return;
            }

            Check.That(answer, $"{name} yes before a call that works, the {time}. time", "no");
        }
    }
}
