namespace StorageConnect.Plugins.Local.Errors;

/// <summary>A row of the database that can't be right.</summary>
internal sealed class DamagedRowException(string name, string problem)
    : IOException($"the row of '{new string([.. name.Select(c => char.IsControl(c) ? '\u2423' : c)])}' is damaged: {problem}");
