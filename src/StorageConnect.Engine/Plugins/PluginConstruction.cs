using System.Reflection;

namespace StorageConnect.Engine.Plugins;

/// <summary>Makes the one instance of a plug-in's class, in this process or in a worker.</summary>
internal static class PluginConstruction
{
    /// <summary>A new instance of a plug-in's class.</summary>
    /// <exception cref="InvalidOperationException">The class is no plug-in, or its constructor failed.</exception>
    public static StorageArrayPlugin Construct(PluginLoadContext context, string className)
    {
        var type = context.LoadPlugin().GetType(className, throwOnError: true)!;
        if (!typeof(StorageArrayPlugin).IsAssignableFrom(type) || type.IsAbstract || type.GetConstructor(Type.EmptyTypes) is null)
        {
            throw new InvalidOperationException(
                $"{type.FullName} must be a concrete class derived from {nameof(StorageArrayPlugin)} with a public constructor without parameters.");
        }

        try
        {
            return (StorageArrayPlugin)Activator.CreateInstance(type)!;
        }
        catch (TargetInvocationException e)
        {
            throw new InvalidOperationException($"Its constructor failed: {e.InnerException?.GetType().Name}: {e.InnerException?.Message}", e.InnerException);
        }
    }
}
