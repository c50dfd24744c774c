namespace StorageConnect.PluginKit.Jobs;

/// <summary>The jobs of an array: their records, and the work itself. The plug-in implements it.</summary>
public interface IJobWork
{
    /// <summary>The Uuids of all jobs that haven't ended, the oldest first.</summary>
    IReadOnlyList<string> ReadOpen();

    /// <summary>True while the job hasn't ended.</summary>
    /// <param name="job">The job's Uuid.</param>
    bool IsOpen(string job);

    /// <summary>Saves durably that the job is to be stopped. The process that works on it stops when it next saves its position.</summary>
    /// <param name="job">The job's Uuid.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    void RequestStop(string job, CancellationToken cancellationToken);

    /// <summary>
    /// Works on the job until it ends; called on a thread of its own, with the job's lock held. It reads the job's records first: another
    /// process may have ended the job meanwhile, or asked to stop it.
    /// </summary>
    /// <param name="job">The job's Uuid.</param>
    /// <param name="progress">Where to report progress to this process; the records are for the others.</param>
    /// <param name="stop">Signalled when the job is to stop, or the process is to leave it to others.</param>
    /// <param name="leaving">True once the process leaves the job to others: its records stay as they are then.</param>
    void Work(string job, IProgress<long> progress, Func<bool> leaving, CancellationToken stop);
}
