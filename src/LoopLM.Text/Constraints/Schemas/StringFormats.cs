using System.Collections.Frozen;

namespace LoopLM.Text.Constraints.Schemas;

/// <summary>The values of <c>format</c> that are enforced, as patterns of the whole text (RFC 3339, RFC 9562, RFC 2673).</summary>
/// <remarks>Years are 1000 to 9999 and offsets at most 13:59, fractions of a second at most 6 digits: what every parser reads.</remarks>
internal static class StringFormats
{
    private const string Date =
        """(?:[1-9]\d{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))"""
        + """|(?:[1-9]\d(?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)-02-29)""";

    private const string Time = """(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d)""";

    private const string Byte = """(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])""";

    private static readonly FrozenDictionary<string, string> s_patterns = new Dictionary<string, string>
    {
        ["date"] = Date,
        ["time"] = Time,
        ["date-time"] = $"{Date}T{Time}",
        ["uuid"] = """[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}""",
        ["ipv4"] = $$"""{{Byte}}(?:\.{{Byte}}){3}""",
    }.ToFrozenDictionary();

    /// <summary>The names, for messages.</summary>
    public static string Names { get; } = string.Join(", ", s_patterns.Keys.Order());

    /// <summary>The pattern of a format; null for one that is not enforced.</summary>
    public static string? Find(string? format) => s_patterns.GetValueOrDefault(format ?? "");
}
