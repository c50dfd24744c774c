namespace StorageConnect;

/// <summary>
/// A plug-in's log. Its lines appear with <c>-Verbose</c> (information and warnings) and <c>-Debug</c> (all), and in the engine's event source.
/// </summary>
/// <remarks>
/// <para>Safe for use from several threads. Writing never fails and never waits; without a listener it costs next to nothing.</para>
/// <para>Never pass a secret. A <see cref="Secret"/> in an interpolated message prints as <c>******</c>, its characters do not.</para>
/// </remarks>
public interface IPluginLog
{
    /// <summary>Whether lines of this level are read. Check it before building an expensive message.</summary>
    /// <param name="level">The level of the line.</param>
    bool IsEnabled(PluginLogLevel level);

    /// <summary>Writes one line. Control characters are replaced and long messages cut off before they are shown.</summary>
    /// <param name="level">The level of the line.</param>
    /// <param name="message">What happened, for an administrator or an author. No secrets.</param>
    void Write(PluginLogLevel level, string message);

    /// <summary>Writes details for the plug-in's author.</summary>
    /// <param name="message">What happened.</param>
    void Debug(string message) => Write(PluginLogLevel.Debug, message);

    /// <summary>Writes a step that an administrator may follow.</summary>
    /// <param name="message">What happened.</param>
    void Information(string message) => Write(PluginLogLevel.Information, message);

    /// <summary>Writes a problem that the call survives.</summary>
    /// <param name="message">What happened.</param>
    void Warning(string message) => Write(PluginLogLevel.Warning, message);
}

/// <summary>How important a log line is.</summary>
public enum PluginLogLevel
{
    /// <summary>Details for the plug-in's author: shown with <c>-Debug</c>.</summary>
    Debug,

    /// <summary>Steps that an administrator may follow: shown with <c>-Verbose</c>.</summary>
    Information,

    /// <summary>A problem that the call survives: shown with <c>-Verbose</c>.</summary>
    Warning,
}
