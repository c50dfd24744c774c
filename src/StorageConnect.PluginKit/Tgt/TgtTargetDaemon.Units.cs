using StorageConnect.PluginKit.Targets;

namespace StorageConnect.PluginKit.Tgt;

/// <content>Logical units and their storage.</content>
public sealed partial class TgtTargetDaemon
{
    /// <inheritdoc/>
    public void CreateUnit(TargetState target, UnitSpec unit, CancellationToken cancellationToken)
    {
        RequireServable(unit.Backing);

        // Without a path it isn't ready; it becomes ready in the same step that sets its identity.
        Send(new(TgtMode.Unit, TgtOperation.New, [.. Store(unit)]) { Target = target.Number, Unit = UnitSpec.Number }, null, cancellationToken);
        try
        {
            List<(string, string)> properties = [.. Identity(unit), ("vendor_id", Vendor), ("product_id", unit.Product), ("removable", "0")];
            if (unit.WriteThrough)
            {
                properties.Add(("mode_page", CacheDisabledPage));
            }

            Update(target, cancellationToken, [.. properties, ("path", unit.Backing.Path)]);
        }
        catch
        {
            // One without its identity must not stay.
            TryRemoveUnit(target);
            throw;
        }
    }

    /// <inheritdoc/>
    public void RemoveUnit(TargetState target, int number, CancellationToken cancellationToken)
    {
        void Delete() =>
            Send(
                new(TgtMode.Unit, TgtOperation.Delete) { Target = target.Number, Unit = number },
                null,
                cancellationToken,
                TgtRefusal.NoUnit,
                TgtRefusal.NoTarget);

        // tgtd doesn't wait for running commands, it refuses. Usually there is a moment between two commands.
        if (TryUntilFree(Delete, BetweenCommandsTimeout, cancellationToken))
        {
            return;
        }

        // Under constant load there is none: a unit whose medium was removed accepts no new commands.
        Send(
            new(TgtMode.Unit, TgtOperation.Update, ("removable", "1"), ("online", "0")) { Target = target.Number, Unit = number },
            null,
            cancellationToken,
            TgtRefusal.NoUnit,
            TgtRefusal.NoTarget,
            TgtRefusal.RemovalPrevented);
        UntilFree(Delete, cancellationToken);
    }

    /// <inheritdoc/>
    public void SetIdentity(TargetState target, UnitSpec unit, CancellationToken cancellationToken) => Update(target, cancellationToken, [.. Identity(unit)]);

    /// <summary>Checks that tgtd can serve a unit's storage: its requests have commas between parameters.</summary>
    /// <param name="backing">What backs it.</param>
    /// <exception cref="InvalidStorageArrayException">It can't.</exception>
    public static void RequireServable(BackingStore backing)
    {
        ArgumentNullException.ThrowIfNull(backing);
        if (
            backing.Options.Select(option => option.Value).Prepend(backing.Path).FirstOrDefault(
                text => text.Contains(',', StringComparison.Ordinal)) is { } bad)
        {
            throw new InvalidStorageArrayException($"{bad} can't be exported: tgtd takes no path with a comma.")
            {
                ErrorId = "ExtraInfoInvalid",
                Element = bad,
                Recommendation = "Rename it, or register the server with -StorageType SAN.",
            };
        }
    }

    private static IEnumerable<(string, string)> Store(UnitSpec unit)
    {
        yield return ("bstype", StoreName(unit.Backing.Kind));
        if (unit.Backing.Options.Count > 0)
        {
            yield return ("bsopts", string.Join(OptionSeparator, unit.Backing.Options.Select(option => $"{option.Key}={option.Value}")));
        }

        if (unit.WriteThrough)
        {
            yield return ("bsoflags", "sync");
        }
    }

    private static string StoreName(BackingKind kind) => kind switch
    {
        BackingKind.File => TgtListing.FileStore,
        BackingKind.RbdImage => TgtListing.RbdStore,
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static IEnumerable<(string, string)> Identity(UnitSpec unit) =>
        [("scsi_id", unit.Naa), ("scsi_sn", unit.Serial), ("thin_provisioning", unit.Thin ? "1" : "0")];
}
