namespace StorageConnect.Tests.Recording;

/// <summary>The answer of a method that returns nothing.</summary>
public readonly record struct Done;
