using System.Runtime.InteropServices;
using System.Security;

namespace StorageConnect;

/// <summary>A password or CHAP secret: prints as <c>******</c>, never serializes, and is wiped when disposed.</summary>
public sealed class Secret : IDisposable
{
    private const string Mask = "******";
    private readonly char[] _characters;
    private bool _disposed;

    /// <summary>Keeps a copy of <paramref name="characters"/>, which the caller may wipe.</summary>
    public Secret(ReadOnlySpan<char> characters)
    {
        // Pinned, so that the garbage collector leaves no copies behind when it moves objects.
        _characters = GC.AllocateUninitializedArray<char>(characters.Length, pinned: true);
        characters.CopyTo(_characters);
    }

    /// <summary>How many characters it has.</summary>
    public int Length => _characters.Length;

    /// <summary>A secret with the characters of <paramref name="secure"/>.</summary>
    public static Secret From(SecureString secure)
    {
        ArgumentNullException.ThrowIfNull(secure);
        var pointer = Marshal.SecureStringToGlobalAllocUnicode(secure);
        try
        {
            var buffer = new char[secure.Length];
            Marshal.Copy(pointer, buffer, 0, buffer.Length);
            var secret = new Secret(buffer);
            Array.Clear(buffer);
            return secret;
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(pointer);
        }
    }

    /// <summary>Passes the characters to <paramref name="use"/>, which must not keep them.</summary>
    /// <exception cref="ObjectDisposedException">The secret was wiped.</exception>
    public T Use<T>(Func<ReadOnlySpan<char>, T> use)
    {
        ArgumentNullException.ThrowIfNull(use);
        ObjectDisposedException.ThrowIf(_disposed, this);
        return use(_characters);
    }

    /// <summary>An independent copy: disposing of one leaves the other.</summary>
    public Secret Copy() => Use(characters => new Secret(characters));

    /// <summary>Always <c>******</c>.</summary>
    public override string ToString() => Mask;

    /// <summary>Wipes the characters.</summary>
    public void Dispose()
    {
        _disposed = true;
        Array.Clear(_characters);
    }
}
