namespace StorageConnect.Engine.Workers;

/// <summary>The methods that change something, and the command that shows whether they did.</summary>
internal static class ChangingMethods
{
    /// <summary>The command that shows what a method changed; null for a method that changes nothing.</summary>
    public static string? ToCommand(string method) => method switch
    {
        GuideMethod.CreateAccessGroups or GuideMethod.RemoveAccessGroups or GuideMethod.RenameAccessGroup or GuideMethod.AddToAccessGroup
            or GuideMethod.RemoveFromAccessGroup => "Get-OscAccessGroup",
        GuideMethod.Start or GuideMethod.Stop or GuideMethod.Refresh => "Get-OscDevice",
        GuideMethod.CreateSnap or GuideMethod.CreateMultiSnap or GuideMethod.SnapRemove => "Get-OscSnapshot",
        GuideMethod.Online or GuideMethod.Offline or GuideMethod.Create or GuideMethod.StartPresent or GuideMethod.StopPresent or GuideMethod.Resize
            or GuideMethod.Remove or GuideMethod.Clone or GuideMethod.SplitClone or GuideMethod.CloneFromSnap or GuideMethod.SnapRestore
            or GuideMethod.SetQos => "Get-OscStorageElement",
        GuideMethod.Cancel => "Get-OscOperation",
        _ => null,
    };
}
