namespace LoopLM.StructuredOutput.Schemas;

/// <summary>Patterns of the whole text of a format (RFC 3339, 9562, 2673, 4291, 1123, 5321, 3986, 3987, 6570, 6901).</summary>
internal static class FormatPatterns
{
    public const string Date =
        """(?:(?!0000)\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|02-(?:0[1-9]|1\d|2[0-8]))"""
        + """|(?!0000)(?:\d\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)-02-29)""";

    public const string Time = $"{Clock}{Offset}";
    public const string WideTime = """(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):?[0-5]\d)?""";
    public const string DateTime = $"{Date}T{Clock}Z";
    public const string WideDateTime = $"{Date}[Tt ]{WideTime}";

    public const string Duration =
        """P(?:(?:\d{1,6}D|\d{1,4}M(?:\d{1,6}D)?|\d{1,4}Y(?:\d{1,4}M(?:\d{1,6}D)?)?)""" + $"(?:{DurationTime})?|{DurationTime}" + """|\d{1,4}W)""";

    public const string WideDuration = """P(?=[\dT])(?:\d+W|(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:[.,]\d+)?S)?)?)""";

    public const string Uuid = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[1-8][0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12}";
    public const string WideUuid = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

    public const string Ipv4 = $$"""{{Byte}}(?:\.{{Byte}}){3}""";

    public const string Ipv6 =
        $$"""(?:(?:{{Unit}}:){6}{{LastUnits}}|::(?:{{Unit}}:){5}{{LastUnits}}|(?:{{Unit}})?::(?:{{Unit}}:){4}{{LastUnits}}"""
        + $$"""|(?:(?:{{Unit}}:){0,1}{{Unit}})?::(?:{{Unit}}:){3}{{LastUnits}}|(?:(?:{{Unit}}:){0,2}{{Unit}})?::(?:{{Unit}}:){2}{{LastUnits}}"""
        + $$"""|(?:(?:{{Unit}}:){0,3}{{Unit}})?::{{Unit}}:{{LastUnits}}|(?:(?:{{Unit}}:){0,4}{{Unit}})?::{{LastUnits}}"""
        + $$"""|(?:(?:{{Unit}}:){0,5}{{Unit}})?::{{Unit}}|(?:(?:{{Unit}}:){0,6}{{Unit}})?::)""";

    public const string Hostname = $$"""(?:(?:{{Label}}\.)+{{TopLabel}}|(?!\d){{Label}})""";
    public const string WideHostname = """[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9.])?""";
    public const string IdnHostname = $$"""(?:{{IdnLabel}}\.)*{{IdnLabel}}""";

    public const string Email = $$"""(?=[^@]{1,64}@)(?:[A-Za-z0-9_'+-]+\.)*[A-Za-z0-9_'+-]*[A-Za-z0-9_+-]@(?:{{Label}}\.)+{{TopLabel}}""";
    public const string WideEmail = """[^\s@"]+@[^\s@"]+""";
    public const string IdnEmail = $$"""(?=[^@]{1,64}@)(?:[\p{L}\p{N}_'+-]+\.)*[\p{L}\p{N}_'+-]*[\p{L}\p{N}_+-]@(?:{{IdnLabel}}\.)+{{IdnLabel}}""";

    public const string UriTemplate =
        """(?:[^\x00-\x20\x7F"'<>%\\^`{|}]|%[0-9a-fA-F]{2}|\{[+#./;?&]?""" + $"{Variable}(?:,{Variable})*" + """\})*""";

    public const string JsonPointer = """(?:/(?:[^/~]|~[01])*)*""";
    public const string RelativeJsonPointer = $"(?:0|[1-9][0-9]*)(?:#|{JsonPointer})";

    private const string Clock = """(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?""";
    private const string Offset = """(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d)""";
    private const string DurationTime = """T(?:\d{1,6}H(?:\d{1,6}M(?:\d{1,6}S)?)?|\d{1,6}M(?:\d{1,6}S)?|\d{1,6}S)""";
    private const string Byte = """(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)""";
    private const string Unit = "[0-9a-fA-F]{1,4}";
    private const string LastUnits = $"(?:{Unit}:{Unit}|{Ipv4})";

    // Hyphens in the third and fourth place mark international names, whose spelling readers check.
    private const string Label = """(?![A-Za-z0-9]{2}--)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?""";
    private const string TopLabel = "[A-Za-z]{2,63}";
    private const string IdnLabel = """[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]*[\p{L}\p{N}])?""";
    private const string Variable = """(?:[A-Za-z0-9_]|%[0-9a-fA-F]{2})+(?::[1-9]\d{0,3}|\*)?""";

    private const string UriLabel = """(?![Xx][Nn]--)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?""";
    private const string Port = """(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])""";
    private const string Host = $$"""(?:(?:{{UriLabel}}\.)*(?!\d){{UriLabel}}|{{Ipv4}}|\[{{Ipv6}}\])""";
    private const string Authority = $$"""(?:(?:[A-Za-z0-9._~!$&'()*+,;=:-]|%[0-9A-Fa-f]{2})+@)?{{Host}}(?::{{Port}})?""";

    /// <summary>A URI or, with characters beyond ASCII, an IRI.</summary>
    public static string Uri(string beyondAscii) => $"(?:{Absolute(beyondAscii)}){Query(beyondAscii)}";

    /// <summary>The same, or a reference that is relative to one.</summary>
    public static string UriReference(string beyondAscii)
    {
        var (character, withoutColon) = (Character(beyondAscii, ":"), Character(beyondAscii, ""));
        var relative = $"//{Authority}(?:/{character}*)*|/(?:{character}+(?:/{character}*)*)?|{withoutColon}+(?:/{character}*)*|";
        return $"(?:{Absolute(beyondAscii)}|{relative}){Query(beyondAscii)}";
    }

    // The schemes of the web always have a host; readers take any other for a path, or for a host behind two slashes.
    private static string Absolute(string beyondAscii)
    {
        var path = $"(?:/{Character(beyondAscii, ":")}*)*";
        return $"(?i:https?|wss?|ftp)://{Authority}{path}|(?i:file)://{path}"
            + $"|(?!(?i:https?|wss?|ftp|file):)[A-Za-z][A-Za-z0-9+.-]+:(?://{Authority}{path}|/?{Character(beyondAscii, ":")}+{path})";
    }

    private static string Query(string beyondAscii)
    {
        var characters = $"(?:{Character(beyondAscii, ":")}|[/?])*";
        return $"""(?:\?{characters})?(?:#{characters})?""";
    }

    private static string Character(string beyondAscii, string colon) => $$"""(?:[A-Za-z0-9._~!$&'()*+,;=@{{colon}}{{beyondAscii}}-]|%[0-9A-Fa-f]{2})""";
}
