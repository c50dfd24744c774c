using StorageConnect.PluginKit.Targets;

namespace StorageConnect.PluginKit.Export;

/// <summary>The CHAP users of an array in the daemon. A daemon has each user once, for all targets, and never reveals its secret.</summary>
public static class ChapAccounts
{
    /// <summary>The users and secrets in a server's access contexts.</summary>
    /// <param name="server">The server.</param>
    /// <exception cref="InvalidStorageArrayException">A target can't require this combination.</exception>
    public static IReadOnlyList<ChapAccount> Of(StorageServer server)
    {
        ArgumentNullException.ThrowIfNull(server);
        var accounts = new Dictionary<string, ChapAccount>(StringComparer.Ordinal);
        foreach (var context in server.AccessContexts)
        {
            Add(server, accounts, context.ChapUser, context.GetChapSecret(), outgoing: false);
            Add(server, accounts, context.MutualChapUser, context.GetMutualChapSecret(), outgoing: true);
        }

        if (accounts.Values.Count(account => account.Name.Outgoing) > 1)
        {
            throw Invalid(
                server,
                "Targets can authenticate as one user only, and the access contexts name several",
                "Give the same -MutualChapCredential in all access contexts.");
        }

        return accounts.Values.Any(account => account.Name.Outgoing) && accounts.Values.All(account => account.Name.Outgoing)
            ? throw Invalid(server, "Mutual CHAP needs one-way CHAP too", "Give -ChapCredential with -MutualChapCredential.")
            : [.. accounts.Values];
    }

    /// <summary>Creates the users that the daemon lacks, and those of which it isn't known that they have these secrets.</summary>
    /// <param name="daemon">The daemon.</param>
    /// <param name="accounts">The users.</param>
    /// <param name="identity">The daemon's identity; null when it can't be determined.</param>
    /// <param name="targets">All targets of the daemon.</param>
    /// <param name="own">Those of them that are the array's.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    internal static void Ensure(
        ITargetDaemon daemon,
        IReadOnlyList<ChapAccount> accounts,
        ProcessIdentity? identity,
        IReadOnlyList<TargetState> targets,
        IReadOnlyCollection<TargetState> own,
        CancellationToken cancellationToken)
    {
        var present = accounts.Count == 0 ? [] : daemon.GetAccounts(cancellationToken);
        foreach (var account in accounts.Where(account => !present.Contains(account.Name.User) || identity is null || account.Daemon != identity.Text))
        {
            if (present.Contains(account.Name.User))
            {
                Discard(daemon, account.Name.User, targets, own, cancellationToken);
            }

            daemon.CreateAccount(account, cancellationToken);
        }
    }

    /// <summary>Removes a user that may have another secret.</summary>
    private static void Discard(
        ITargetDaemon daemon,
        string user,
        IReadOnlyList<TargetState> targets,
        IReadOnlyCollection<TargetState> own,
        CancellationToken cancellationToken)
    {
        var bound = targets.Where(target => target.Accounts.Any(account => account.User == user)).ToList();
        if (bound.FirstOrDefault(target => !own.Contains(target)) is { } foreign)
        {
            throw new AlreadyExistsException($"{daemon.Name} has a CHAP user '{user}' already, for the target {foreign.Name}, which is not this array's.")
            {
                ErrorId = "ChapUserTaken",
                Element = user,
                Recommendation = "Choose another CHAP user for this array, or have it exported by a target daemon of its own (see ExtraInfo).",
            };
        }

        // A target without users requires no authentication: until it has one again, no initiator is allowed.
        foreach (var target in bound)
        {
            foreach (var entry in target.Initiators.Concat(target.Addresses))
            {
                daemon.Deny(target, entry, cancellationToken);
            }
        }

        daemon.RemoveAccount(user, cancellationToken);
    }

    private static void Add(StorageServer server, Dictionary<string, ChapAccount> accounts, string? user, Secret? secret, bool outgoing)
    {
        const int mostCharacters = 255;
        if (user is null)
        {
            return;
        }

        // Never without a user: otherwise any program that uses an allowed initiator's name could log in.
        if (secret is null)
        {
            throw Invalid(server, $"The CHAP user '{user}' comes without its secret", "Give it with -ChapCredential or -MutualChapCredential.");
        }

        if (user.Length is 0 or > mostCharacters || user.Any(c => c is ',' or <= ' ' or > '~'))
        {
            throw Invalid(
                server,
                $"The CHAP user '{new string([.. user.Select(c => char.IsControl(c) ? '\u2423' : c)])}' has characters that can't be in one, or is too long",
                "Use up to 255 ASCII letters, digits and signs, without blanks and commas.");
        }

        var text = secret.Use(characters => characters.ToString());
        if (text.Length is 0 or > mostCharacters || text.Any(c => c is < ' ' or > '~'))
        {
            throw Invalid(
                server,
                $"The CHAP secret of '{user}' is empty, too long, or has characters that can't be in one",
                "Use 12 to 16 ASCII characters, as most initiators require.");
        }

        if (accounts.TryGetValue(user, out var other) && (other.Name.Outgoing != outgoing || other.GetSecret() != text))
        {
            throw Invalid(
                server,
                $"The CHAP user '{user}' is given twice, with different secrets or for both directions",
                "Give each user one secret and one direction.");
        }

        if (accounts.Values.Any(account => account.Name.Outgoing != outgoing && account.GetSecret() == text))
        {
            throw Invalid(
                server,
                "Initiators and targets would authenticate with the same secret, which proves nothing (RFC 7143, 9.2.1)",
                "Give -MutualChapCredential a secret of its own.");
        }

        accounts[user] = new(new(user, outgoing), text, null);
    }

    private static InvalidStorageArrayException Invalid(StorageServer server, string reason, string recommendation) => new($"{reason}.")
    {
        ErrorId = "ChapInvalid",
        Element = server.Name,
        Recommendation = recommendation,
    };
}
