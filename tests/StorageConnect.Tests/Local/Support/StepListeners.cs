using Xunit;

namespace StorageConnect.Tests.Local.Support;

/// <summary>Tests that listen to the plug-in's steps hear those of the whole process, so that nothing runs beside them.</summary>
[CollectionDefinition(nameof(StepListeners), DisableParallelization = true)]
public sealed class StepListeners;
