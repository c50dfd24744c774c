using System.Reflection;
using StorageConnect.Engine;
using StorageConnect.Engine.Operations;

namespace StorageConnect.Tests.Operations;

/// <summary>The follower of the imported module's engine: whether a command has left something running.</summary>
internal static class ModulePoller
{
    public static int Count => Poller.Count;

    public static bool IsBusy => Poller.IsBusy;

    private static OperationPoller Poller
    {
        get
        {
            var module = AppDomain.CurrentDomain.GetAssemblies().Single(assembly => assembly.GetName().Name == "StorageConnect");
            var engine = (StorageEngine)module.GetType("StorageConnect.Commands.ModuleEngine")!.GetProperty("Current",
                BindingFlags.Static | BindingFlags.Public)!.GetValue(null)!;
            return engine.Operations.Poller;
        }
    }
}
