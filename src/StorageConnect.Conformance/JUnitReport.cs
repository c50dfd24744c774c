using System.Globalization;
using System.Text;
using System.Xml;

namespace StorageConnect.Conformance;

/// <summary>JUnit XML: a suite per chapter, a case per clause.</summary>
internal static class JUnitReport
{
    public static string Format(IReadOnlyList<OscConformanceResult> results)
    {
        var text = new Utf8Text();
        using (var xml = XmlWriter.Create(text, new() { Indent = true }))
        {
            xml.WriteStartElement("testsuites");
            WriteCounts(xml, results);
            foreach (var suite in results.GroupBy(result => (result.StorageServerName, result.Chapter)))
            {
                WriteSuite(xml, suite.Key.StorageServerName, suite.Key.Chapter, [.. suite]);
            }
        }

        return text.ToString();
    }

    private static void WriteSuite(XmlWriter xml, string server, string chapter, IReadOnlyList<OscConformanceResult> results)
    {
        xml.WriteStartElement("testsuite");
        Write(xml, "name", $"{server}: {chapter}");
        WriteCounts(xml, results);
        xml.WriteStartElement("properties");
        WriteProperty(xml, "plugin", $"{results[0].PluginName} {results[0].PluginVersion}");
        WriteProperty(xml, "fault", results[0].Fault?.ToString() ?? "none");
        xml.WriteEndElement();
        foreach (var result in results)
        {
            WriteCase(xml, result);
        }

        xml.WriteEndElement();
    }

    private static void WriteCase(XmlWriter xml, OscConformanceResult result)
    {
        xml.WriteStartElement("testcase");
        Write(xml, "classname", $"{result.PluginName}.{result.Chapter}");
        Write(xml, "name", $"{result.Clause} {result.Text}");
        Write(xml, "time", Seconds(result.Duration));
        if (result.Outcome == ConformanceOutcome.Failed)
        {
            xml.WriteStartElement("failure");
            Write(xml, "message", $"Expected: {result.Expected}. Seen: {result.Seen}.");
            xml.WriteString(Clean($"Guide: {result.GuideSection}\nExpected: {result.Expected}\nSeen: {result.Seen}\n"));
            xml.WriteEndElement();
        }
        else if (result.Outcome == ConformanceOutcome.Skipped)
        {
            xml.WriteStartElement("skipped");
            Write(xml, "message", result.Reason ?? "");
            xml.WriteEndElement();
        }
        else if (result.Outcome == ConformanceOutcome.Advised)
        {
            // To a build server it has passed.
            xml.WriteElementString("system-out", Clean($"Advice: {result.Reason}"));
        }

        xml.WriteEndElement();
    }

    private static void WriteCounts(XmlWriter xml, IReadOnlyList<OscConformanceResult> results)
    {
        Write(xml, "tests", results.Count.ToString(CultureInfo.InvariantCulture));
        Write(xml, "failures", results.Count(result => result.Outcome == ConformanceOutcome.Failed).ToString(CultureInfo.InvariantCulture));
        Write(xml, "skipped", results.Count(result => result.Outcome == ConformanceOutcome.Skipped).ToString(CultureInfo.InvariantCulture));
        Write(xml, "time", Seconds(new(results.Sum(result => result.Duration.Ticks))));
    }

    private static void WriteProperty(XmlWriter xml, string name, string value)
    {
        xml.WriteStartElement("property");
        Write(xml, "name", name);
        Write(xml, "value", value);
        xml.WriteEndElement();
    }

    private static void Write(XmlWriter xml, string name, string value) => xml.WriteAttributeString(name, Clean(value));

    // A plug-in's message may hold anything; XML may not.
    private static string Clean(string text) =>
        string.Concat(text.EnumerateRunes().Select(rune => rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? "\uFFFD" : rune.ToString()));

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);

    private sealed class Utf8Text() : StringWriter(CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => Encoding.UTF8;
    }
}
