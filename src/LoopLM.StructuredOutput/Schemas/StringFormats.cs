using System.Collections.Frozen;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>
/// The values of <c>format</c> that are enforced. A format has what the usual readers (zod, pydantic, .NET) all read, not all that its RFC
/// allows. What only some of them read, such as a time without an offset, is its wide form: a <c>pattern</c> beside it can ask for that.
/// </summary>
internal static class StringFormats
{
    private const string BeyondAscii = """\u00A1-\uD7FF\uF900-\uFDCF\uFDF0-\uFFEF\u{10000}-\u{1FFFD}\u{20000}-\u{2FFFD}""";

    private static readonly FrozenDictionary<string, Format> s_formats = new Dictionary<string, Format>
    {
        ["date"] = new(FormatPatterns.Date),
        ["time"] = new(FormatPatterns.Time, FormatPatterns.WideTime),
        ["date-time"] = new(FormatPatterns.DateTime, FormatPatterns.WideDateTime),
        ["duration"] = new(FormatPatterns.Duration, FormatPatterns.WideDuration),
        ["uuid"] = new(FormatPatterns.Uuid, FormatPatterns.WideUuid),
        ["email"] = new(FormatPatterns.Email, FormatPatterns.WideEmail, 254),
        ["idn-email"] = new(FormatPatterns.IdnEmail, FormatPatterns.WideEmail, 254),
        ["hostname"] = new(FormatPatterns.Hostname, FormatPatterns.WideHostname, 253),
        ["idn-hostname"] = new(FormatPatterns.IdnHostname, null, 253),
        ["ipv4"] = new(FormatPatterns.Ipv4),
        ["ipv6"] = new(FormatPatterns.Ipv6),
        ["uri"] = new(FormatPatterns.Uri("")),
        ["uri-reference"] = new(FormatPatterns.UriReference("")),
        ["iri"] = new(FormatPatterns.Uri(BeyondAscii)),
        ["iri-reference"] = new(FormatPatterns.UriReference(BeyondAscii)),
        ["uri-template"] = new(FormatPatterns.UriTemplate),
        ["json-pointer"] = new(FormatPatterns.JsonPointer),
        ["relative-json-pointer"] = new(FormatPatterns.RelativeJsonPointer),
    }.ToFrozenDictionary();

    /// <summary>The names, for documents and tests.</summary>
    public static IEnumerable<string> Names => s_formats.Keys.Order();

    /// <summary>The strings of a format; null for one that is unknown, which is an annotation.</summary>
    /// <param name="format">The name.</param>
    /// <param name="wide">Whether all strings that some readers take are asked for.</param>
    public static StringLanguage? Find(string format, bool wide) => !s_formats.TryGetValue(format, out var found) ? null
        : wide && found.Wide is not null ? found.Wide.Value : found.Narrow.Value;

    // Made once, when a schema first names the format.
    private sealed class Format(string narrow, string? wide = null, int? maxLength = null)
    {
        public Lazy<StringLanguage> Narrow { get; } = new(() => new(JsonRules.Compile(JsonRules.Parse(narrow)), 0, maxLength));

        public Lazy<StringLanguage>? Wide { get; } = wide is null ? null : new(() => new(JsonRules.Compile(JsonRules.Parse(wide)), 0, maxLength));
    }
}
