using System.Management.Automation;
using StorageConnect.Tests.Cmdlets;

namespace StorageConnect.Tests.Help;

/// <summary>The cmdlets as PowerShell sees them: what help must agree with.</summary>
public sealed class ModuleCommands : IDisposable
{
    public ModuleCommands() => All = Session.Get<CmdletInfo>("Get-Command -Module StorageConnect -CommandType Cmdlet").ToDictionary(command => command.Name);

    public ModuleSession Session { get; } = new();

    public IReadOnlyDictionary<string, CmdletInfo> All { get; }

    /// <summary>Its own parameters, with WhatIf and Confirm, without those that all cmdlets have.</summary>
    public static IEnumerable<ParameterMetadata> ParametersOf(CmdletInfo command) =>
        command.Parameters.Values.Where(parameter => IsOwn(parameter.Name)).OrderBy(parameter => parameter.Name, StringComparer.Ordinal);

    public static IEnumerable<CommandParameterInfo> ParametersOf(CommandParameterSetInfo set) => set.Parameters.Where(parameter => IsOwn(parameter.Name));

    public void Dispose() => Session.Dispose();

    private static bool IsOwn(string name) => !Cmdlet.CommonParameters.Contains(name);
}
