namespace StorageConnect.Commands;

/// <summary>Marks a parameter that takes objects of one kind: records, live or deserialized, rows of such records, names and Uuids.</summary>
/// <typeparam name="T">The identity type of the kind.</typeparam>
internal class ChoosesAttribute<T> : ChoosesAttribute
    where T : RecordIdentity, IRecordIdentity<T>
{
    /// <summary>True where a row with nothing but a name is refused: it may be a row of something else.</summary>
    public bool RefusesNamedRows { get; set; }

    public override string Wanted => T.Wanted;

    private protected sealed override Type ItemType => typeof(T);

    private protected override IReadOnlyCollection<object>? Convert(GivenObject given) =>
        T.From(given) is { } identity && !(RefusesNamedRows && identity.IsNamedRow) ? [identity] : null;
}

/// <summary>Marks a parameter that takes any record, for its server, and names of servers.</summary>
internal sealed class ChoosesServerOfAttribute : ChoosesAttribute<StorageServerIdentity>
{
    public override string Wanted => "a storage server by name, Uuid or record, or a record of something on it";

    private protected override IReadOnlyCollection<object>? Convert(GivenObject given) =>
        StorageServerIdentity.OfRecord(given) is { } identity ? [identity] : base.Convert(given);
}

/// <summary>Marks a parameter that takes records of several kinds, and the names of elements or of objects that the cmdlet lists.</summary>
[Flags]
internal enum PipedKinds
{
    Elements = 1,
    Groups = 2,
    Servers = 4,
}

/// <summary>Marks the pipeline parameter of a Get- cmdlet: a record stands for itself, a text is a name.</summary>
internal sealed class ChoosesAnyAttribute(PipedKinds kinds, string wanted) : ChoosesAttribute
{
    public override string Wanted => wanted;

    public PipedKinds Kinds => kinds;

    private protected override Type ItemType => typeof(RecordIdentity);

    private protected override IReadOnlyCollection<object>? Convert(GivenObject given)
    {
        RecordIdentity? identity = given.RecordType switch
        {
            nameof(StorageServer) => kinds.HasFlag(PipedKinds.Servers) ? StorageServerIdentity.From(given) : null,
            nameof(AccessGroup) => kinds.HasFlag(PipedKinds.Groups) ? AccessGroupIdentity.From(given) : null,
            _ => StorageElementIdentity.From(given),
        };
        return identity is null ? null : [identity];
    }
}
