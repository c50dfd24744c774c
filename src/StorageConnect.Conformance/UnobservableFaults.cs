namespace StorageConnect.Conformance;

/// <summary>What the guide forbids and no clause can see. docs/conformance.md lists it.</summary>
internal static class UnobservableFaults
{
    /// <summary>The fault, and why the kit does not see it.</summary>
    public static IReadOnlyList<(string Fault, string Reason)> All { get; } =
    [
        ("The data of an element are changed, lost or mixed up by an array whose elements this host can't read.",
            "Data are compared where updateSERecords tells the path of a file. A device has a cache of the host's before the array."),
        ("A quality of service is told, and the array doesn't keep it.", "The kit measures no latency and no throughput."),
        ("A quality of service given to create or clone is replaced by another of the array's.", "The guide lets an array ignore it there."),
        ("A multi-snapshot is not of one instant.", "That needs writes to all members during the call, and a host that sees them."),
        ("Power is cut, or the array restarts, and a change that was acknowledged is lost.", "The kit can't restart an array."),
        ("Thick provisioning reserves nothing.", "A full array would be needed to see it. ThinProvisioned is taken as told."),
        ("Page 0x83 ids differ from what hosts read of the disk.", "Hosts compare them when they attach a disk; the kit attaches none."),
        ("Elements are presented to initiators that are in no group, or hidden from those that are.", "That needs an initiator of each group."),
        ("A secret is written to a file, a log of the array or another process.",
            "The kit sees the texts that calls return, errors, and the lines of the plug-in's own log."),
        ("A session's token is shown.", "The kit knows the secrets that the user entered, and not those that the array gives for them."),
        ("Fully provisioned space is promised when the array is nearly full.", "The kit doesn't fill arrays: it asks for more than the whole."),
        ("Capacities are those of an earlier moment.", "Arrays bring them up to date in their own time."),
        ("validate makes something on the array when it is called first.", "The server is registered before the run begins."),
        ("A secret is shown in parts, turned round or encrypted.",
            "The kit looks for it as it is, and as URLs, forms, XML, JSON, Base64 and hexadecimal have it."),
        ("A clone or a snapshot is offline at first.", "The guide doesn't say in which state it begins. The record tells."),
        ("isCloneable says no of a snapshot that can be cloned.", "The guide lets isCloneable speak of elements; cloneFromSnap has no predicate."),
        ("A call has a side effect on elements that other administrators created.",
            "The kit compares the elements that it created. It doesn't touch, and doesn't watch, those of others."),
        ("Something goes wrong at the 301st element, or after hours.", "With -Many there are 300 elements and 60 groups; a run takes minutes."),
        ("A clone or a snapshot of an element above 4 GiB has a wrong size.",
            "A full copy of that size may take minutes, and not every array has room for one. The element itself is looked at."),
        ("The plug-in ends the process, or overflows the stack.", "The test run ends with it. Register it isolated: then the call fails."),
        ("A fully provisioned element is thin after a resize.", "What was added may have no blocks yet: then the record rightly tells so."),
        ("A clone is in another volume group than its source.", "The guide doesn't say where clones are."),
        ("What was split is a clone again after a restore to a snapshot of before, or a clone of a removed snapshot is told to be a LUN.",
            "Which blocks are shared then depends on the array: both may be true."),
        ("updateSERecords adds some of the other elements, and not all.", "With append_allowed others may be added; none has to be."),
        ("A blank at the beginning or at the end of a name is trimmed.", "The engine refuses such a name before the call."),
        ("An access group's entries are compared by case.", "Initiator names have one spelling: the engine makes it before the call."),
    ];
}
