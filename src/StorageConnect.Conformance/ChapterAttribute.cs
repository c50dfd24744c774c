namespace StorageConnect.Conformance;

/// <summary>Marks a class whose static methods are the clauses of one chapter.</summary>
/// <param name="position">Where the chapter comes in a run: queries before changes, and what other chapters build on before them.</param>
/// <param name="name">The chapter's name, by which users choose its clauses.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class ChapterAttribute(int position, string name) : Attribute
{
    public int Position { get; } = position;

    public string Name { get; } = name;
}
