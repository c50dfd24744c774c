using StorageConnect.Plugins.Local.Export.Tgt;

namespace StorageConnect.Plugins.Local.Export;

/// <summary>How a pool is exported: where its daemon is controlled, at which portals it listens, and who proves himself how.</summary>
/// <param name="Control">The daemon's control socket.</param>
/// <param name="Portals">The portals it must listen at; none: whatever it listens at will do.</param>
internal sealed record ExportSettings(TgtControlAddress Control, ValueList<Portal> Portals)
{
    /// <summary>The pool's part in the names of its targets: given once, and never changed again, so that hosts find what they knew.</summary>
    public string Name { get; init; } = "";

    /// <summary>The daemon in which all of the export was in order; null when that is not known.</summary>
    public string? Daemon { get; init; }
}

/// <summary>A CHAP user with its secret, which never gets into a text.</summary>
/// <param name="name">The user, of initiators or of targets.</param>
/// <param name="secret">The secret.</param>
/// <param name="daemon">The daemon that surely has it with this secret, or null.</param>
internal sealed class ExportAccount(AccountName name, string secret, string? daemon)
{
    public AccountName Name { get; } = name;

    public string? Daemon { get; } = daemon;

    /// <summary>A method, so that nothing that prints properties can show it.</summary>
    public string GetSecret() => secret;
}
