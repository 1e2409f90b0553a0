using System.Collections.Frozen;

namespace LoopLM.Text.Constraints.Schemas;

/// <summary>The values of <c>format</c> that are enforced, as patterns of the whole text (RFC 3339, 9562, 2673, 4291, 1123, 5321, 3986).</summary>
/// <remarks>
/// Each pattern has what every parser reads, not all that its RFC allows: years from 1000 to 9999 and offsets up to 13:59; mail addresses and
/// host names of plain letters; URIs of http and https; ipv6 without <c>::</c>.
/// </remarks>
internal static class StringFormats
{
    private const string Date =
        """(?:[1-9]\d{3}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))"""
        + """|(?:[1-9]\d(?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26])00)-02-29)""";

    private const string Time = """(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d)""";

    private const string Byte = """(?:\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])""";

    private const string Label = """[A-Za-z0-9]{1,30}(?:-[A-Za-z0-9]{1,30})?""";

    private const string Duration = """P(?:(?:\d{1,4}D|\d{1,4}M(?:\d{1,4}D)?|\d{1,4}Y(?:\d{1,4}M(?:\d{1,4}D)?)?)"""
        + $"(?:{DurationTime})?|{DurationTime}" + """|\d{1,4}W)""";

    private const string DurationTime = """T(?:\d{1,4}H(?:\d{1,4}M(?:\d{1,4}S)?)?|\d{1,4}M(?:\d{1,4}S)?|\d{1,4}S)""";

    private static readonly FrozenDictionary<string, string> s_patterns = new Dictionary<string, string>
    {
        ["date"] = Date,
        ["time"] = Time,
        ["date-time"] = $"{Date}T{Time}",
        ["duration"] = Duration,
        ["email"] = $$"""[A-Za-z0-9_+]{1,30}(?:[.-][A-Za-z0-9_+]{1,30})?@{{Label}}(?:\.{{Label}}){1,3}""",
        ["hostname"] = $$"""{{Label}}(?:\.{{Label}}){0,3}""",
        ["uri"] = $$"""https?://{{Label}}(?:\.{{Label}}){0,3}(?:/[A-Za-z0-9._~-]*)*(?:\?[A-Za-z0-9._~=&-]*)?(?:#[A-Za-z0-9._~-]*)?""",
        ["ipv6"] = """[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{1,4}){7}""",
        ["uuid"] = """[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}""",
        ["ipv4"] = $$"""{{Byte}}(?:\.{{Byte}}){3}""",
    }.ToFrozenDictionary();

    /// <summary>The names, for messages.</summary>
    public static string Names { get; } = string.Join(", ", s_patterns.Keys.Order());

    /// <summary>The pattern of a format; null for one that is not enforced.</summary>
    public static string? Find(string? format) => s_patterns.GetValueOrDefault(format ?? "");
}
