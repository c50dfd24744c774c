using System.Collections;
using System.Management.Automation;
using System.Reflection;
using StorageConnect.Engine.Arrays;

namespace StorageConnect.Commands;

/// <content>-StorageServer beside an object that has a server of its own.</content>
public abstract partial class OscCmdlet
{
    /// <summary>The array of an object that has its own server. A -StorageServer that names another one is an error, unless it is only a default.</summary>
    /// <param name="what">The object, for the error.</param>
    /// <param name="server">The object's server, by name or Uuid.</param>
    /// <param name="chosen">The servers that were named beside it; null for none.</param>
    /// <param name="parameter">The parameter that names them.</param>
    /// <exception cref="InvalidRequestException">Another server was named.</exception>
    private protected StorageArray OwnArray(string what, string server, IReadOnlyCollection<StorageServerIdentity>? chosen,
        string parameter = nameof(StorageServer))
    {
        var own = Engine.GetArray(server);
        return chosen is null || chosen.Any(other => other.IsOf(own)) || IsFromDefaults(parameter, chosen)
            ? own
            : throw CommandErrors.StorageServerConflict(what, own.Name, chosen.Select(other => other.ToString()));
    }

    /// <summary>Whether a parameter's values are those that <c>$PSDefaultParameterValues</c> has for it.</summary>
    private protected bool IsFromDefaults(string parameter, IReadOnlyCollection<RecordIdentity> values)
    {
        string[] names = [parameter, .. MyInvocation.MyCommand.Parameters[parameter].Aliases];

        // PowerShell looks for this name, also where the module was imported with a prefix.
        var own = GetType().GetCustomAttribute<CmdletAttribute>()!;
        var command = $"{own.VerbName}-{own.NounName}";

        bool IsMeant(string key) => key.LastIndexOf(':') is > 0 and var colon
            && Pattern(key[..colon]).IsMatch(command)
            && names.Any(Pattern(key[(colon + 1)..]).IsMatch);

        return GetVariableValue("PSDefaultParameterValues") is IDictionary defaults
            && defaults.Keys.OfType<string>().Where(IsMeant).Any(key => AreSame(ValueOf(defaults[key]), values));
    }

    /// <summary>The value of a default; a script block is run for it, as PowerShell does.</summary>
    private static object? ValueOf(object? byDefault)
    {
        try
        {
            return byDefault is ScriptBlock script ? script.Invoke() : byDefault;
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            // A value that can't be read is no default: the typed server counts.
            return null;
        }
    }

    private static WildcardPattern Pattern(string text) => WildcardPattern.Get(text.Trim(), WildcardOptions.IgnoreCase);

    private static bool AreSame(object? byDefault, IReadOnlyCollection<RecordIdentity> values) =>
        (LanguagePrimitives.GetEnumerable(byDefault) ?? new[] { byDefault }).Cast<object?>()
            .Select(item => item is null ? null : StorageServerIdentity.From(new(item))?.ToString())
            .SequenceEqual(values.Select(value => value.ToString()), StringComparer.OrdinalIgnoreCase);
}
