namespace StorageConnect.Plugins.Cinder.Errors;

/// <summary>The plug-in's own errors: what a server's record lacks, and what Cinder can't do.
/// Answers of the service are in <see cref="AnswerErrors"/>.</summary>
internal static class CinderErrors
{
    /// <summary>The way out where this machine may have presented it, as a server that was unregistered since.</summary>
    private const string WithdrawThere = "StorageConnect attached it: withdraw it on the machine that presented it. Where it was this one, before the server "
        + "was unregistered and registered again, docs/cinder.md (Access groups) tells how its register is put back.";

    public static InvalidStorageArrayException ServerInvalid(StorageServer server, string reason, string action) =>
        PluginError.InvalidStorageArray(server.Name, $"'{server.Name}' can't be used as it is: {reason}.", action);

    public static InvalidStorageArrayException OtherProject(StorageServer server, string known, string found) =>
        PluginError.InvalidStorageArray(server.Name,
            $"'{server.Name}' was registered with the project {known}, and its name now belongs to the project {found}. Nothing was changed.",
            "Register the new project as a server of its own, or correct Project=.");

    public static NotFoundException ElementNotFound(StorageServer server, StorageElement element) =>
        PluginError.NotFound(element.Name, $"'{element.Name}' is not in the project of '{server.Name}'.", "Get-OscStorageElement lists what there is.",
            id: "StorageElementNotFound");

    public static NotFoundException SnapshotNotFound(StorageServer server, StorageElement snapshot) =>
        PluginError.NotFound(snapshot.Name, $"There is no snapshot '{snapshot.Name}' in the project of '{server.Name}'.",
            "Get-OscSnapshot lists what there is.");

    public static AlreadyExistsException NameTaken(string name) =>
        PluginError.AlreadyExists(name, $"The name '{name}' is taken in this project.", "Choose another name. Cinder itself would accept it twice.");

    public static InvalidRequestException NameInvalid(string name, string reason) =>
        PluginError.InvalidRequest(name, $"Cinder can't keep the name '{name}' as it is: {reason}.", "Choose another name.");

    public static NotFoundException VolumeTypeNotFound(string wanted, IEnumerable<string> known) =>
        PluginError.NotFound(wanted, $"There is no volume type or back-end '{wanted}'.", $"There are: {string.Join(", ", known)}.");

    public static InvalidRequestException VolumeTypeElsewhere(string type, string group, string where) =>
        PluginError.InvalidRequest(type, $"The volume type '{type}' makes volumes in '{where}', not in '{group}'.",
            "Leave out -VolumeGroup, or choose a quality of service of that group.");

    /// <summary>A volume is on one back-end, and the type makes volumes on another.</summary>
    public static InvalidRequestException VolumeTypeElsewhere(string name, string type, string here, string there) =>
        PluginError.InvalidRequest(name,
            $"'{name}' is in '{here}', and the volume type '{type}' makes volumes in '{there}': a change of the type moves no data. Nothing was changed.",
            "Choose a quality of service of its volume group, or create a volume of that type and copy the data.");

    public static NoSuchOperationException ThickUnsupported(StorageServer server, string type) =>
        PluginError.NoSuchOperation(server.Name,
            $"The volume type '{type}' makes thin volumes (provisioning:type=thin), and -Thick asks for one with its blocks reserved.",
            "Choose a volume type made for thick volumes with -Qos, or leave out -Thick.");

    public static NoSuchOperationException CannotShrink(StorageElement element, long size) =>
        PluginError.NoSuchOperation(element.Name, $"Cinder makes no volume smaller: '{element.Name}' has {element.SizeBytes} bytes, {size} were asked for.",
            "Create a smaller volume and copy the data.");

    public static StorageElementBusyException ElementBusy(string name, string status, string reason) =>
        PluginError.StorageElementBusy(name, $"'{name}' is {status}: {reason}.", "Wait until it is available, or withdraw it, and try again.");

    public static StorageElementBusyException HasSnapshots(string name, IReadOnlyCollection<string> snapshots) =>
        new($"'{name}' has {snapshots.Count} snapshot{(snapshots.Count == 1 ? "" : "s")}: {string.Join(", ", snapshots.Take(5).Select(s => $"'{s}'"))}.")
        {
            ErrorId = nameof(HasSnapshots),
            Element = name,
            Obstacles = snapshots.Select(snapshot => $"snapshot '{snapshot}'").ToValueList(),
            Recommendation = "Remove the snapshots first.",
        };

    public static StorageElementBusyException InConsistencyGroup(string name, string group) =>
        PluginError.StorageElementBusy(name, $"'{name}' belongs to the group {group}.",
            $"Take it out of the group first: openstack volume group set --remove-volume {name} {group}");

    public static StorageElementBusyException OfGroupSnapshot(string name) =>
        PluginError.StorageElementBusy(name, $"'{name}' is part of a group snapshot.", "Remove the whole group snapshot.");

    /// <summary>What was asked for isn't so, though the service accepted it.</summary>
    public static LimitExceededException OperationFailed(string name, string what, string seen, string? reason) =>
        PluginError.LimitExceeded(name, $"'{name}' was not {what}: {seen}{(reason is null ? "; Cinder gives no reason" : $". Cinder says: {reason}")}",
            "The administrator of the Cinder service finds the details in its log.");

    public static LimitExceededException CreationInError(string name, string status, string? reason) =>
        PluginError.LimitExceeded(name,
            $"'{name}' has the status {status}{(reason is null ? "; Cinder gives no reason" : $". Cinder says: {reason}")}",
            "Nothing was removed, because it may have data. Where its creation failed, remove it and create it again.");

    public static ArrayUnreachableException StillRunning(string name, string status, TimeSpan waited) =>
        new($"'{name}' is still {status} after {waited.TotalMinutes:0} minutes.")
        {
            ErrorId = nameof(StillRunning),
            Element = name,
            Retryable = true,
            Recommendation = "It may be done later: Get-OscStatus tells. Else ask the administrator of the Cinder service.",
        };

    public static ArrayUnreachableException CreationUnknown(string name, Exception cause) =>
        new($"The service did not answer whether it creates '{name}', and has nothing of that name yet: {cause.Message}", cause)
        {
            ErrorId = nameof(CreationUnknown),
            Element = name,
            Recommendation = "It may appear later: look with Get-OscStorageElement or Get-OscSnapshot before you create it again.",
        };

    public static SnapRestoreNotSafeException NotItsSnapshot(StorageElement snapshot, StorageElement element) =>
        PluginError.SnapRestoreNotSafe(element.Name, $"'{snapshot.Name}' is no snapshot of '{element.Name}'. Nothing was changed.");

    public static SnapRestoreNotSafeException NotTheNewest(StorageElement snapshot, string newest) =>
        PluginError.SnapRestoreNotSafe(snapshot.Name,
            $"Cinder restores the newest snapshot alone, and '{newest}' is newer than '{snapshot.Name}'. Nothing was changed.",
            "Remove the newer snapshots first, or clone this one: Invoke-OscClone.");

    public static NoSuchOperationException SizeChanged(StorageElement snapshot, string name) =>
        PluginError.NoSuchOperation(name, $"'{name}' was resized after the snapshot '{snapshot.Name}', and Cinder restores no other size. Nothing was changed.",
            "Clone the snapshot instead: Invoke-OscClone.");

    public static NoSuchOperationException GroupRestoreUnsupported(StorageElement snapshot) =>
        PluginError.NoSuchOperation(snapshot.Name, $"Cinder can't restore the members of the group snapshot '{snapshot.Name}' in one step.",
            "Restore its members one by one: -StorageElement.");

    public static NoSuchOperationException NoConsistentSnapshot(StorageServer server, string reason) =>
        PluginError.NoSuchOperation(server.Name, $"One snapshot of several volumes at the same instant is not possible here: {reason}.",
            "Cinder takes such a snapshot of exactly the members of one group, where the back-end's pool reports consistent_group_snapshot_enabled.");

    public static NoSuchOperationException TransportUnsupported(string name, string type) =>
        PluginError.NoSuchOperation(name, $"The back-end of '{name}' is reached by {type}, and this plug-in presents over iSCSI. Nothing is left attached.",
            "Choose a volume type whose back-end speaks iSCSI.");

    public static NoSuchOperationException EncryptionUnsupported(string name) =>
        PluginError.NoSuchOperation(name,
            $"'{name}' is encrypted by its hosts (dm-crypt), which this plug-in doesn't do: the data would be written as plain text. Nothing is left attached.",
            "Choose a volume type without encryption, or one whose back-end encrypts by itself.");

    public static NoSuchOperationException ReadOnlyUnsupported(string name) =>
        PluginError.NoSuchOperation(name, $"'{name}' is marked read-only, and this host would get a writable disk. Nothing is left attached.",
            "Make it writable (openstack volume set --read-write), or clone it: Invoke-OscClone.");

    public static NoSuchOperationException TargetUnknown(string name) =>
        PluginError.NoSuchOperation(name, $"The back-end of '{name}' exported it and told no iSCSI target where hosts find it. Nothing is left attached.",
            "Choose a volume type whose back-end speaks iSCSI.");

    /// <summary>The service's fault, where its driver may lack what only the other host could tell.</summary>
    public static InvalidStorageArrayException ExportFailed(InvalidStorageArrayException fault, string initiator) => new(fault.Message, fault)
    {
        ErrorId = fault.ErrorId,
        Element = fault.Element,
        Retryable = fault.Retryable,
        Recommendation = $"{fault.Recommendation} Some drivers need the IP address of the host, which is known here of this machine alone: "
            + $"present it to {initiator} from its own machine.",
    };

    public static NoSuchOperationException IdentityUnreadable(string name) =>
        PluginError.NoSuchOperation(name, $"The targets of '{name}' show this host no LUN, or others beside it.",
            "Where a target has several LUNs, leave out Identity=probe.");

    /// <param name="name">The name.</param>
    /// <param name="byStorageConnect">It is one that StorageConnect gives.</param>
    public static AccessGroupException GroupNotOurs(string name, bool byStorageConnect) =>
        PluginError.AccessGroup(name, $"'{name}' is no group of this machine's: others attached volumes under that name. It is shown, and never changed.",
            byStorageConnect ? WithdrawThere : "Detach with the tool that attached (Nova, the CSI driver, openstack volume attachment delete).");

    public static NotFoundException AccessGroupNotFound(string name) =>
        PluginError.NotFound(name, $"There is no access group '{name}'.", "Get-OscAccessGroup lists what there is.");

    public static AlreadyExistsException AccessGroupExists(string name) =>
        PluginError.AlreadyExists(name, $"There is an access group '{name}' already.", "Choose another name.");

    public static AccessGroupException AccessGroupInUse(string name, IReadOnlyCollection<string> elements) =>
        PluginError.AccessGroup(name, $"Elements are presented to '{name}': {string.Join(", ", elements.Take(5))}.",
            "Withdraw them first: Revoke-OscStorageElementAccess.");

    public static InvalidRequestException InitiatorInvalid(string entry) =>
        PluginError.InvalidRequest(entry, $"'{entry}' is no iSCSI name.", "Give names such as iqn.1994-05.com.example:host1.");

    public static LimitExceededException NotMultiattach(string name, int wanted, string? type) =>
        PluginError.LimitExceeded(name,
            $"'{name}' can be attached to one initiator only, and {wanted} were to use it: it is not multiattach"
                + $"{(type is null ? "" : $" (volume type '{type}')")}. Nothing was changed.",
            "Use a volume that was created with a volume type with the extra spec multiattach=\"<is> True\", and a file system made for several hosts. "
                + "A change of the volume type that the back-end refused takes multiattach from a volume.");

    /// <param name="name">The volume.</param>
    /// <param name="hosts">Under which names.</param>
    /// <param name="byStorageConnect">One of them is one that StorageConnect gives.</param>
    public static StorageElementBusyException AttachedByOthers(string name, string hosts, bool byStorageConnect) =>
        PluginError.StorageElementBusy(name, $"'{name}' is attached by others ({hosts}), and is not multiattach. Nothing was changed.",
            byStorageConnect ? WithdrawThere : "Detach it there first.");

    public static StorageElementBusyException SharedTargetInUse(string name, string target) =>
        PluginError.StorageElementBusy(name, $"This host has a device of '{name}' at the target {target}, which has other LUNs for it. Nothing was changed.",
            "Disconnect-OscStorageElement removes the device first.");

    public static StorageElementBusyException AttachmentUndecided(string name, string initiator) =>
        new($"An attachment of '{name}' for {initiator} is still being made or ended by the service.")
        {
            ErrorId = nameof(AttachmentUndecided),
            Element = name,
            Retryable = true,
            Recommendation = "Try again in some minutes.",
        };

    public static InvalidStorageArrayException PresentedInOtherProject(StorageServer server, string known, string found, IEnumerable<string> volumes) =>
        PluginError.InvalidStorageArray(server.Name,
            $"'{server.Name}' presents volumes of the project {known}, and is now of the project {found}: {string.Join(", ", volumes.Take(5))}.",
            "Register the new project as a server of its own. Or put the former one back and withdraw them first; where a volume is gone, remove the "
                + "groups it was presented to: Remove-OscAccessGroup.");

    public static DataCorruptException RegisterUnreadable(string path, Exception cause) =>
        PluginError.DataCorrupt(path, $"The register of access groups can't be read: {path}. Nothing was changed.",
            "Put back a copy, or move the file away; what is attached then appears as attached by others.", cause);

    public static AccessDeniedException RegisterNotWritten(string path, Exception cause) =>
        PluginError.AccessDenied(path, $"The register of access groups can't be written: {path}: {cause.Message}",
            "Make room, or let this user write there, and try again.", cause);

    public static StorageElementBusyException RegisterLocked(string path) =>
        new($"Another process is changing presentations of this server for a long time (lock {path}).")
        {
            ErrorId = nameof(RegisterLocked),
            Element = path,
            Retryable = true,
            Recommendation = "Try again when it is done.",
        };

    public static NotFoundException TargetNotPresented(IscsiTarget target) =>
        PluginError.NotFound(target.TargetName, $"No volume is presented to this host at {target.TargetName}.",
            "Present it first: Connect-OscStorageElement does.");
}
