namespace StorageConnect.Tests.Acceptance;

/// <summary>What became of one <c>It</c>, or of what surrounds it when that failed.</summary>
/// <param name="Name">Story, Describe, Context and It.</param>
/// <param name="Result">Pester's word: Passed, Failed, Skipped, NotRun.</param>
/// <param name="Message">Why it failed or was skipped; otherwise empty.</param>
public sealed record StoryResult(string Name, string Result, string Message)
{
    public bool IsSkipped => Result is "Skipped" && Message.Length > 0;

    public override string ToString() => Name;
}
