namespace StorageConnect.Host.OpenIscsi;

/// <summary>What iscsiadm was asked to do: the same exit code is a success for one and an error for another.</summary>
internal enum IscsiadmOperation
{
    Discover,
    Login,
    Logout,
}
