using StorageConnect.Tests;
using StorageConnect.Tests.Ceph.Support;
using StorageConnect.Tests.Cinder.Support;
using Xunit.Sdk;
using Xunit.v3;

[assembly: Xunit.TestCollectionOrderer(typeof(LongestFirst))]

namespace StorageConnect.Tests;

/// <summary>Begins with what can't be divided and takes minutes, or waits for long, so that it isn't what the whole run waits for in the end.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
    [
        nameof(CephCluster), "Lab.ScenarioTests", nameof(CinderCloud), Cmdlets.ModuleSessions.Name,
        nameof(Author.AuthorGuideTests), nameof(MainJob.PackageTests), nameof(Engine.Workers.IsolatedAssemblyTests), nameof(Author.PluginTemplateTests),
        nameof(Conformance.BrokenPluginTests), nameof(Ceph.CephExampleTests), nameof(Conformance.OtherProcessTests), nameof(Engine.Workers.MisbehaviourTests),
        nameof(Acceptance.StoryTests),
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(Place)];

    private static int Place<TTestCollection>(TTestCollection collection)
        where TTestCollection : ITestCollection
    {
        var place = Array.FindIndex(Long, name => collection.TestCollectionDisplayName.Contains(name, StringComparison.Ordinal));
        return place >= 0 ? place : Long.Length;
    }
}
