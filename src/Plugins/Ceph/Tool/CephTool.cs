namespace StorageConnect.Plugins.Ceph.Tool;

/// <summary>The programs of the package ceph-common. They read the key from memory: it is in no argument, no variable and no file.</summary>
internal sealed class CephTool(ClientConfiguration configuration) : ICephTool
{
    private static readonly Lazy<MemoryFile> Script = new(() => new("full_pool.py", FullPool.ReadScript()));
    private const string Package = "ceph-common";
    private const int OutputLimit = 256 * 1024 * 1024;
    private static readonly Dictionary<string, string> Environment = new() { ["TZ"] = "UTC" };
    private static readonly ToolRunner Runner = new() { OutputLimit = OutputLimit };

    /// <summary>The program's file, or null when it isn't installed.</summary>
    public static string? Find(CephProgram program) => Runner.Find(ToolOf(program));

    public CephAnswer Run(CephCommand command, CancellationToken cancellationToken)
    {
        string[] connection = command.Program == CephProgram.Python
            ? ["-I", Script.Value.Path, configuration.Path, configuration.User]
            : ["-c", configuration.Path, "--id", configuration.User];
        var tool = new ToolCommand(ToolOf(command.Program), [.. connection, .. command.Arguments]) { Environment = Environment };
        var result = Runner.Run(tool, command.Deadline, cancellationToken, command.OnProgress);
        return new(result.ExitCode, result.Output, result.Error);
    }

    private static StorageConnect.Linux.Tools.Tool ToolOf(CephProgram program) => new(
        program switch
        {
            CephProgram.Rbd => "rbd",
            CephProgram.Ceph => "ceph",
            CephProgram.Python => "python3",
            _ => "rados",
        },
        Package);
}
