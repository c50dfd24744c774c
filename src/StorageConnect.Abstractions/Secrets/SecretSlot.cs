namespace StorageConnect;

/// <summary>Carries a secret along with a record without becoming part of its value: two slots are always equal.</summary>
internal readonly struct SecretSlot(Secret? value) : IEquatable<SecretSlot>
{
    public Secret? Value { get; } = value;

    public bool Equals(SecretSlot other) => true;

    public override bool Equals(object? obj) => obj is SecretSlot;

    public override int GetHashCode() => 0;
}
