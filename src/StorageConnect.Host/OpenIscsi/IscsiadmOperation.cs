namespace StorageConnect.Host.OpenIscsi;

/// <summary>The operation of iscsiadm: the same exit code is a success for one and an error for another.</summary>
internal enum IscsiadmOperation
{
    Discover,
    Login,
    Logout,
}
