namespace StorageConnect.Commands;

/// <summary>Pipeline input of a cmdlet that creates something: a name, a row with the values of its parameters, or the server.</summary>
public sealed class PipedRow
{
    internal PipedRow(GivenObject given)
    {
        IsServer = given.RecordType == nameof(StorageServer);
        Server = IsServer ? given[nameof(StorageServer.Uuid)] ?? given[nameof(StorageServer.Name)] : given.TellsItself ? given.Server : null;
        Description = given.Description;
    }

    /// <summary>True for the record of a server.</summary>
    internal bool IsServer { get; }

    /// <summary>The server that it is or names; null for none.</summary>
    internal string? Server { get; }

    /// <summary>Its description, for errors.</summary>
    internal string Description { get; }
}

/// <summary>Marks the pipeline parameter of a cmdlet that creates something.</summary>
internal sealed class ChoosesRowAttribute : ChoosesAttribute
{
    public ChoosesRowAttribute() => One = true;

    public override string Wanted => "a storage server, a name, or a row with the values of the parameters";

    private protected override Type ItemType => typeof(PipedRow);

    private protected override IReadOnlyCollection<object>? Convert(GivenObject given) =>
        given.Text is not null || given.TellsItself ? [new PipedRow(given)] : null;
}
