namespace StorageConnect.Shell;

/// <summary>The exit codes the shell itself decides; those of pwsh and of Unix shells.</summary>
internal static class ExitCode
{
    public const int Success = 0;
    public const int Failure = 1;
    public const int Usage = 64;
    public const int HungUp = 128 + 1;
    public const int Interrupted = 128 + 2;
    public const int Terminated = 128 + 15;
}
