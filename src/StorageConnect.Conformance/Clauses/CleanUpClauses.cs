namespace StorageConnect.Conformance.Clauses;

/// <summary>What must come last.</summary>
[Chapter(310, "CleanUp")]
internal static class CleanUpClauses
{
    [Clause("CLEANUP-1", "remove()", 0, "Everything that was made could be removed again.")]
    public static async Task NothingIsLeft(ClauseContext b)
    {
        if (!b.HasCreated)
        {
            throw ClauseContext.Skip("Nothing was made.");
        }

        Check.Same([], await b.SweepAsync(), "names of what is left");
    }
}
