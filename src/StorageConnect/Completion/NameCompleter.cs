using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using StorageConnect.Engine;
using StorageConnect.Engine.Arrays;
using StorageConnect.Engine.Names;

namespace StorageConnect.Commands;

/// <summary>
/// Completes names from earlier results. An array is queried only where no name of the kind is known, and for 300 ms at most. Completion never
/// fails.
/// </summary>
public abstract class NameCompleter : IArgumentCompleter
{
    private protected static readonly TimeSpan LiveQueryTimeout = TimeSpan.FromMilliseconds(300);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        var isPattern = parameterName == "Name" && commandName.StartsWith("Get-", StringComparison.OrdinalIgnoreCase);
        var word = new CompletionWord(wordToComplete, isPattern);
        try
        {
            CompletionResult[] found =
            [
                .. Find(commandName, fakeBoundParameters)
                    .Where(candidate => candidate.Name.Length > 0 && word.Matches(candidate.Name) && !candidate.Name.Any(char.IsControl))
                    .DistinctBy(candidate => candidate.Name)
                    .OrderBy(candidate => candidate.Name, StringComparer.OrdinalIgnoreCase)
                    .Select(candidate => new CompletionResult(word.Write(candidate.Name), candidate.Name, CompletionResultType.ParameterValue, candidate.Tip)),
            ];
            return found.Length > 0 ? found : Otherwise(wordToComplete);
        }
        catch (Exception e) when (e is StorageConnectException or WildcardPatternException)
        {
            // Nothing to offer; the command itself reports the error.
            return Otherwise(wordToComplete);
        }
    }

    /// <summary>The completion where nothing is known; null where PowerShell may then offer file names.</summary>
    private protected virtual string? Fallback => null;

    private protected static StorageEngine Engine => ModuleEngine.Current;

    /// <summary>The candidates.</summary>
    private protected abstract IEnumerable<Candidate> Find(string commandName, IDictionary bound);

    /// <summary>The servers to choose names from: the one on the command line, or all.</summary>
    private protected static IEnumerable<StorageServer> Servers(IDictionary bound)
    {
        var servers = Engine.GetServers();
        var meant = Bound(bound, "StorageServer") switch
        {
            StorageServer server => server.Uuid,
            StorageServerIdentity identity => identity.Key,
            { } other => other.ToString(),
            null => null,
        };
        var named = servers.Where(server => server.Uuid == meant || string.Equals(server.Name, meant, StringComparison.OrdinalIgnoreCase)).ToList();
        return named.Count > 0 ? named : servers;
    }

    /// <summary>Names of some kinds, as last seen on the servers.</summary>
    private protected static IEnumerable<Candidate> Known(IDictionary bound, params NameKind[] kinds)
    {
        var servers = Servers(bound).ToDictionary(server => server.Uuid, server => server.Name);
        var tips = kinds.SelectMany(kind => servers.Select(server => (Key: (kind, server.Key), Tip: $"{Word(kind)} on {server.Value}")))
            .ToDictionary(pair => pair.Key, pair => pair.Tip);
        QueryWhereUnknown(kinds, servers);
        return kinds.SelectMany(kind => Engine.Names.Get(kind)
            .Where(known => servers.ContainsKey(known.ServerUuid))
            .Select(known => new Candidate(known.Name, tips[(kind, known.ServerUuid)])));
    }

    // The engine records the names as they arrive; those in time are offered.
    private static void QueryWhereUnknown(NameKind[] kinds, Dictionary<string, string> servers)
    {
        var questions = kinds.SelectMany(kind =>
        {
            var known = Engine.Names.Get(kind).Select(name => name.ServerUuid).ToHashSet();
            return servers.Keys.Where(server => !known.Contains(server)).Select(server => (Kind: kind, Array: Engine.GetArray(server)));
        }).ToList();
        if (questions.Count == 0)
        {
            return;
        }

        using var timeout = new CancellationTokenSource(LiveQueryTimeout);
        var answers = questions.Select(question => Task.Run(() => QueryAsync(question.Kind, question.Array, timeout.Token))).ToArray();
        try
        {
            Task.WaitAll(answers, LiveQueryTimeout);
        }
        catch (AggregateException)
        {
            // An array that doesn't answer has no names to offer; a command reports why.
        }
    }

    private static async Task QueryAsync(NameKind kind, StorageArray array, CancellationToken cancellationToken)
    {
        switch (kind)
        {
            case NameKind.StorageElement or NameKind.SnapClone:
                await foreach (var _ in array.ListAsync(new StorageElementFilter(), cancellationToken))
                {
                }

                break;
            case NameKind.Snapshot:
                await array.GetCurrentSnapsAsync(null, cancellationToken);
                break;
            case NameKind.AccessGroup:
                await array.GetAccessGroupsAsync(null, cancellationToken);
                break;
            case NameKind.Qos:
                await array.GetQosListAsync(cancellationToken);
                break;
        }
    }

    private protected static object? Bound(IDictionary bound, string parameter) =>
        bound[parameter] is PSObject { BaseObject: { } inner } ? inner : bound[parameter];

    // After an empty result PowerShell offers the files of the current folder.
    private CompletionResult[] Otherwise(string typed)
    {
        var text = typed.Length > 0 ? typed : Fallback;
        return Fallback is null ? [] : [new(text, text, CompletionResultType.ParameterValue, "Nothing is known here.")];
    }

    private static string Word(NameKind kind) => kind switch
    {
        NameKind.StorageElement => "Storage element",
        NameKind.SnapClone => "Clone",
        NameKind.Snapshot => "Snapshot",
        NameKind.AccessGroup => "Access group",
        NameKind.Qos => "Quality of service",
        _ => kind.ToString(),
    };

    /// <summary>A name, and its tooltip.</summary>
    private protected readonly record struct Candidate(string Name, string Tip);
}
