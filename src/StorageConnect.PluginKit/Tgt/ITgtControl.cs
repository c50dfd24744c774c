namespace StorageConnect.PluginKit.Tgt;

/// <summary>A way to put a request to tgtd.</summary>
internal interface ITgtControl
{
    /// <summary>Puts the request and returns the text of the answer.</summary>
    /// <exception cref="TgtRefusedException">tgtd refused it.</exception>
    /// <exception cref="ArrayUnreachableException">No tgtd answers, or not in time.</exception>
    TgtAnswer Send(TgtRequest request, CancellationToken cancellationToken);
}

/// <param name="Text">What it says.</param>
/// <param name="Process">The process that answered; 0 when that can't be told.</param>
internal readonly record struct TgtAnswer(string Text, int Process);
