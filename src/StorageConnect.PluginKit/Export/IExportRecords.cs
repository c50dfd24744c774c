using StorageConnect.PluginKit.Locks;
using StorageConnect.PluginKit.Targets;

namespace StorageConnect.PluginKit.Export;

/// <summary>The records of an array that the export needs. The plug-in implements it over whatever holds its records.</summary>
/// <remarks>Each Save and Remove is durable on return, unless it says otherwise.</remarks>
public interface IExportRecords
{
    /// <summary>The locks that exclude operations on an element, in this process and others.</summary>
    ElementLocks Locks { get; }

    /// <summary>How the array is exported; null when it isn't.</summary>
    ExportSettings? ReadSettings();

    /// <summary>The array's CHAP users.</summary>
    IReadOnlyList<ChapAccount> ReadAccounts();

    /// <summary>Replaces settings and CHAP users, in one commit.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="accounts">The users.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    void SaveSettings(ExportSettings settings, IReadOnlyList<ChapAccount> accounts, CancellationToken cancellationToken);

    /// <summary>
    /// Notes that a daemon has the whole export, CHAP users included. An array without room for the note may keep it for this process only: the next
    /// process repairs the export again.
    /// </summary>
    /// <param name="daemon">The daemon's identity; null when it can't be determined.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    void SaveDaemon(string? daemon, CancellationToken cancellationToken);

    /// <summary>The Uuids of all elements that are presented to a group.</summary>
    IReadOnlyList<string> ReadPresented();

    /// <summary>Those of the elements that are presented to a group.</summary>
    /// <param name="elements">Uuids.</param>
    IReadOnlyList<PresentedElement> ReadElements(IReadOnlyCollection<string> elements);

    /// <summary>
    /// True when what backs a unit is this array's storage for the element: the same file or image, not just one of the same name. A target
    /// that bears an element's name but serves other storage (the original of a copied pool, say) is never changed.
    /// </summary>
    /// <param name="element">The Uuid of the element whose name the target bears.</param>
    /// <param name="backing">What backs the target's unit.</param>
    /// <param name="daemonProcess">The daemon's process id, or null when it isn't known.</param>
    bool IsOwn(string element, BackingStore backing, int? daemonProcess);

    /// <summary>
    /// Those of the elements whose storage was replaced under its path or name (put back from a backup, say) while the daemon has the former one open.
    /// Initiators go on with that until the daemon opens it again.
    /// </summary>
    /// <param name="elements">The Uuids of elements that the daemon serves from this array's storage.</param>
    /// <param name="daemonProcess">The daemon's process id, or null when it isn't known.</param>
    IReadOnlySet<string> FindReplaced(IReadOnlyCollection<string> elements, int? daemonProcess) => new HashSet<string>();

    /// <summary>The element's name; its Uuid when there is no such element.</summary>
    /// <param name="element">The Uuid.</param>
    string NameOf(string element);

    /// <summary>All marks.</summary>
    IReadOnlyList<ExportMark> ReadMarks();

    /// <summary>Marks elements. A plug-in marks in the transaction of the change itself where there is one.</summary>
    /// <param name="elements">Uuids.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    IReadOnlyList<ExportMark> SaveMarks(IReadOnlyCollection<string> elements, CancellationToken cancellationToken);

    /// <summary>
    /// Removes marks whose work is done, so that no process takes them for interrupted work. This need not be durable: a power cut ends the
    /// daemon, too, and a daemon that restarted gets the whole export.
    /// </summary>
    /// <param name="marks">The marks.</param>
    void RemoveMarks(IReadOnlyCollection<ExportMark> marks);
}
