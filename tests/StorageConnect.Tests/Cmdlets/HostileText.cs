using StorageConnect.Tests.Local;
using Xunit;

namespace StorageConnect.Tests.Cmdlets;

/// <summary>Texts that break what joins text to commands, paths or patterns.</summary>
public static class HostileText
{
    /// <summary>Names that can be, however strange.</summary>
    public static TheoryData<string> Names { get; } =
    [
        .. NameTests.Good.Select(row => row.Data)
            .Where(name => !name.Contains('\u202E', StringComparison.Ordinal) && name == name.Trim()),
        "[a]*?", "[a", "a]", "`", "a`b", "`*", "``[x", "-WhatIf", "--", "@{a=1}", "{0}", "${env:HOME}", "& whoami", "; exit 1", "|", "#", "~", "~/x",
        "مرحبا", "FileSystem::/etc", "C:\\x", "file:///etc", "CON",
    ];

    /// <summary>Names that can't be.</summary>
    public static TheoryData<string> NoNames { get; } =
    [
        .. NameTests.Bad.Select(row => row.Data),
        " ", "\u00A0\u2003", " lead", "trail ", "no-break\u00A0", "filler\u3164",
        "braille\u2800blank", "a\rb", "\u202Eevil\u202C", "\u200B", "a\u202Eb", "\u001b[31m", new string('x', 100_000),
    ];

    /// <summary>All of them: for parameters that take something other than a name.</summary>
    public static TheoryData<string> All { get; } = [.. Names.Select(row => row.Data), .. NoNames.Select(row => row.Data)];
}
