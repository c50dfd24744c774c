using System.Collections;
using System.Text.RegularExpressions;

namespace StorageConnect.Commands;

/// <summary>Completes the keys that a plug-in's help names for ExtraInfo, each as <c>Key=</c>, with that help. No code of the plug-in runs.</summary>
public sealed partial class ExtraInfoCompleter : NameCompleter
{
    private protected override IEnumerable<Candidate> Find(string commandName, IDictionary bound)
    {
        var asked = Bound(bound, "Plugin")?.ToString();
        // With Set-OscStorageServer the plug-in is that of the server.
        var servers = asked is null && bound.Contains("StorageServer")
            ? Servers(bound).Select(server => server.PluginName).ToHashSet(StringComparer.OrdinalIgnoreCase)
            : null;
        return Engine.Plugins.GetDescriptors()
            .Where(plugin => asked is null || string.Equals(plugin.Name, asked, StringComparison.OrdinalIgnoreCase)
                || string.Equals(plugin.ClassName, asked, StringComparison.OrdinalIgnoreCase))
            .Where(plugin => servers?.Contains(plugin.Name) is not false)
            .SelectMany(plugin => Key().Matches(plugin.StorageServerExtraInfoHelp ?? "")
                .Select(key => new Candidate(key.Value, $"{plugin.Name}: {plugin.StorageServerExtraInfoHelp}")))
            .DistinctBy(candidate => candidate.Name);
    }

    [GeneratedRegex("""\b[A-Za-z][\w-]*=""")]
    private static partial Regex Key();
}
