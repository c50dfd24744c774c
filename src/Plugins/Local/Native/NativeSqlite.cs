using System.Reflection;
using System.Runtime.InteropServices;

namespace StorageConnect.Plugins.Local.Native;

/// <summary>
/// One native SQLite per process, however many copies of this plug-in are loaded. POSIX drops all of a process's locks on a file when any
/// handle to it closes; SQLite knows only its own handles, so two copies of it on one database break each other's locks.
/// </summary>
internal static class NativeSqlite
{
    private const string Library = "e_sqlite3";

    // Every copy of the plug-in finds the first one's handle here. The number changes with the meaning of the value.
    private const string SharedHandleKey = "StorageConnect.Plugins.Local/e_sqlite3/1";

    private static readonly Lazy<bool> Loaded = new(() =>
    {
        NativeLibrary.SetDllImportResolver(typeof(SQLitePCL.SQLite3Provider_e_sqlite3).Assembly, Resolve);
        SQLitePCL.Batteries_V2.Init();
        return true;
    });

    /// <summary>Call it before Microsoft.Data.Sqlite is used.</summary>
    public static void EnsureLoaded() => _ = Loaded.Value;

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? searchPath)
    {
        if (name != Library)
        {
            return 0;
        }

        // The one object that all copies share: the string literal is interned once per process.
        lock (string.Intern(SharedHandleKey))
        {
            if (AppDomain.CurrentDomain.GetData(SharedHandleKey) is nint shared)
            {
                return shared;
            }

            var handle = NativeLibrary.Load(name, assembly, searchPath);
            AppDomain.CurrentDomain.SetData(SharedHandleKey, handle);
            return handle;
        }
    }
}
