using System.Management.Automation;

namespace StorageConnect.Commands;

/// <summary>Warns of CHAP secrets whose length many targets and initiators refuse; the login then fails without a reason.</summary>
internal static class ChapSecretLength
{
    private const int Shortest = 12;
    private const int Longest = 16;

    public static void Warn(Cmdlet cmdlet, params PSCredential?[] credentials)
    {
        foreach (var credential in credentials.OfType<PSCredential>().Where(one => one.Password.Length is < Shortest or > Longest))
        {
            cmdlet.WriteWarning($"The CHAP secret of '{credential.UserName}' has {credential.Password.Length} characters: "
                + $"many targets and initiators take {Shortest} to {Longest} characters only.");
        }
    }
}
