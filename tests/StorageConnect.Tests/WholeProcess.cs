using Xunit;

namespace StorageConnect.Tests;

/// <summary>Tests that change, or listen to, what the whole process shares. Nothing runs beside them.</summary>
[CollectionDefinition(nameof(WholeProcess), DisableParallelization = true)]
public sealed class WholeProcess;
