using System.Reflection;
using StorageConnect.Engine;
using StorageConnect.Engine.Operations;

namespace StorageConnect.Tests.Operations;

/// <summary>The follower of the imported module's engine: whether a command has left something running.</summary>
internal static class ModuleFollower
{
    public static int Count => Follower.Count;

    public static bool IsBusy => Follower.IsBusy;

    private static OperationFollower Follower
    {
        get
        {
            var module = AppDomain.CurrentDomain.GetAssemblies().Single(assembly => assembly.GetName().Name == "StorageConnect");
            var engine = (StorageEngine)module.GetType("StorageConnect.Commands.ModuleEngine")!.GetProperty("Current", BindingFlags.Static | BindingFlags.Public)!.GetValue(null)!;
            return engine.Operations.Follower;
        }
    }
}
