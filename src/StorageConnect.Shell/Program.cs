namespace StorageConnect.Shell;

/// <summary>The console host: one script, one command, or a prompt, with the module imported already.</summary>
public static class Program
{
    /// <summary>Runs what the command line asks for and returns the exit code of the process.</summary>
    public static int Main(string[] args)
    {
        ShellOptions options;
        string module;
        try
        {
            options = ShellOptions.Parse(args);
            if (options.Help)
            {
                Console.Out.WriteLine(ShellOptions.HelpText);
                return ExitCode.Success;
            }

            if (options.File is not null && !File.Exists(options.File))
            {
                throw new UsageException($"The script file '{options.File}' does not exist.");
            }

            module = ModuleLocator.Find(options.Module, AppContext.BaseDirectory);
        }
        catch (UsageException problem)
        {
            Console.Error.WriteLine(problem.Message);
            return ExitCode.Usage;
        }
        catch (FileNotFoundException problem)
        {
            Console.Error.WriteLine(problem.Message);
            return ExitCode.Failure;
        }

        using var ui = new ShellUserInterface(options.NonInteractive);
        var host = new ShellHost(ui);
        using var session = new Session(host);
        using var signals = new Signals(session);
        var prompt = new PromptLoop(session);
        host.NestedPrompt = prompt.Run;

        var imported = session.Import(module);
        return imported == Outcome.Completed ? Run(options, session, prompt) : session.ExitCodeAfter(imported);
    }

    private static int Run(ShellOptions options, Session session, PromptLoop prompt)
    {
        if (options.File is not null)
        {
            return session.ExitCodeAfter(session.RunFile(options.File, ScriptArguments.Parse(options.Arguments)));
        }

        if (options.Command is not null)
        {
            return session.ExitCodeAfter(session.RunText(options.Command));
        }

        if (options.CommandFromInput || Console.IsInputRedirected)
        {
            return session.ExitCodeAfter(session.RunText(Console.In.ReadToEnd()));
        }

        if (options.NonInteractive)
        {
            Console.Error.WriteLine("-NonInteractive needs a -Command, a -File or a script on standard input.");
            return ExitCode.Usage;
        }

        prompt.Run();
        return session.Host.RequestedExitCode ?? ExitCode.Success;
    }
}
