using System.Management.Automation.Runspaces;
using System.Runtime.CompilerServices;

namespace StorageConnect.Shell;

/// <summary>
/// Makes "exit N" of the script that runs next end the session, as in "pwsh -File". Otherwise it ends only the script,
/// and nothing tells N from the exit code of a program that the script ran. The engine has a switch for this and keeps
/// it to itself, so it is reached by name.
/// </summary>
internal static class ScriptExit
{
    private const string ExecutionContext = "System.Management.Automation.ExecutionContext, System.Management.Automation";

    public static void EndsSession(Runspace runspace) => SetRethrowExit(ContextOf(runspace), true);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_ExecutionContext")]
    [return: UnsafeAccessorType(ExecutionContext)]
    private static extern object ContextOf(Runspace runspace);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_ScriptCommandProcessorShouldRethrowExit")]
    private static extern void SetRethrowExit([UnsafeAccessorType(ExecutionContext)] object context, bool value);
}
