using System.Globalization;
using System.Net;
using System.Net.Mail;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using LoopLM.StructuredOutput.Patterns;
using LoopLM.StructuredOutput.Schemas;
using LoopLM.Testing;

namespace LoopLM.StructuredOutput.Tests.Schemas;

public sealed class StringFormatsTests : IDisposable
{
    private readonly OracleProcess _node = OracleProcess.Node("strings.mjs", "clients");

    public void Dispose() => _node.Dispose();

    [Theory]
    [InlineData("email", "first.middle.last@x.org", true)]
    [InlineData("email", "o'brien@x.org", true)]
    [InlineData("email", "a.@x.org", false)]
    [InlineData("email", "a@x.o1", false)]
    [InlineData("email", "a@localhost", false)]
    [InlineData("idn-email", "jürgen@müller.example", true)]
    [InlineData("hostname", "localhost", true)]
    [InlineData("hostname", "a-1.example.org", true)]
    [InlineData("hostname", "example.1", false)]
    [InlineData("hostname", "-a.org", false)]
    [InlineData("idn-hostname", "müller.example", true)]
    [InlineData("uri", "http://localhost:8080/", true)]
    [InlineData("uri", "http://x.org/a%20b", true)]
    [InlineData("uri", "https://user:pass@x.org:443/a?b=c&d#e", true)]
    [InlineData("uri", "http://[::1]/", true)]
    [InlineData("uri", "http://192.168.0.1:65535", true)]
    [InlineData("uri", "http://x.org:65536", false)]
    [InlineData("uri", "urn:isbn:0451450523", true)]
    [InlineData("uri", "mailto:a@x.org", true)]
    [InlineData("uri", "file:///etc/hosts", true)]
    [InlineData("uri", "http:x.org", false)]
    [InlineData("uri", "/a/b", false)]
    [InlineData("uri", "not a uri", false)]
    [InlineData("uri", "http://x.org/é", false)]
    [InlineData("iri", "http://x.org/é", true)]
    [InlineData("uri-reference", "/a/b?c#d", true)]
    [InlineData("uri-reference", "", true)]
    [InlineData("uri-reference", "a b", false)]
    [InlineData("iri-reference", "../é", true)]
    [InlineData("uri-template", "http://x.org/{id}/{?page,size}", true)]
    [InlineData("uri-template", "http://x.org/{id", false)]
    [InlineData("ipv4", "1.2.3.4", true)]
    [InlineData("ipv4", "01.2.3.4", false)]
    [InlineData("ipv6", "::1", true)]
    [InlineData("ipv6", "::", true)]
    [InlineData("ipv6", "2001:db8::ff00:42:8329", true)]
    [InlineData("ipv6", "::ffff:192.168.0.1", true)]
    [InlineData("ipv6", "1:2:3:4:5:6:7", false)]
    [InlineData("ipv6", "1::2::3", false)]
    [InlineData("date", "2024-02-29", true)]
    [InlineData("date", "1900-02-29", false)]
    [InlineData("date", "2000-02-29", true)]
    [InlineData("date", "2023-04-31", false)]
    [InlineData("date", "0000-01-01", false)]
    [InlineData("date-time", "2024-02-29T23:59:59.123Z", true)]
    [InlineData("date-time", "2024-02-29T23:59:59+01:00", false)]
    [InlineData("date-time", "2024-02-29T23:59:59", false)]
    [InlineData("time", "23:59:59Z", true)]
    [InlineData("time", "23:59:60Z", false)]
    [InlineData("duration", "P1Y2M3DT4H5M6S", true)]
    [InlineData("duration", "P", false)]
    [InlineData("uuid", "123e4567-e89b-12d3-a456-426614174000", true)]
    [InlineData("uuid", "123e4567-e89b-92d3-a456-426614174000", false)]
    [InlineData("uuid", "123e4567-e89b-12d3-c456-426614174000", false)]
    [InlineData("json-pointer", "/a~1b/0", true)]
    [InlineData("json-pointer", "a", false)]
    [InlineData("relative-json-pointer", "1/a", true)]
    public void Find_Format_AcceptsWhatReadersDo(string format, string text, bool accepted) =>
        Assert.Equal(accepted, StringFormats.Find(format, wide: false)!.Contains(text));

    [Theory]
    [InlineData("password")]
    [InlineData("regex")]
    [InlineData("Email")]
    public void Find_UnknownFormat_IsAnAnnotation(string format) => Assert.Null(StringFormats.Find(format, wide: false));

    [Theory]
    [InlineData("time", @"^(?:[01]\d|2[0-3]):[0-5]\d$", "\"12:30\"")]
    [InlineData("uuid", "^00000000-0000-0000-0000-000000000000$", "\"00000000-0000-0000-0000-000000000000\"")]
    [InlineData("date-time", @"\+02:00$", "\"2026-11-30T12:00:00+02:00\"")]
    public void Find_PatternAsksForWhatOnlySomeReadersTake_IsTheWideForm(string format, string pattern, string text) =>
        Assert.True(Grammars.Accepts(Grammars.Compile($$"""{"type":"string","format":"{{format}}","pattern":{{JsonSerializer.Serialize(pattern)}}}"""), text));

    [Theory]
    [InlineData("date")]
    [InlineData("time")]
    [InlineData("date-time")]
    [InlineData("email")]
    [InlineData("hostname")]
    [InlineData("ipv4")]
    [InlineData("ipv6")]
    [InlineData("uri")]
    [InlineData("uuid")]
    public void Find_RandomTexts_AreReadByDotNet(string format) =>
        Assert.All(Texts(format, 300), text => Assert.True(format switch
        {
            "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            "time" => DateTimeOffset.TryParse($"2000-02-02T{text}", CultureInfo.InvariantCulture, out _),
            "date-time" => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _),
            "email" => MailAddress.TryCreate(text, out _),
            "hostname" => Uri.CheckHostName(text) == UriHostNameType.Dns,
            "ipv4" => IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork,
            "ipv6" => IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6,
            "uri" => Uri.TryCreate(text, UriKind.Absolute, out _),
            _ => Guid.TryParseExact(text, "D", out _),
        }, text));

    [Theory]
    [InlineData("date")]
    [InlineData("date-time")]
    [InlineData("duration")]
    [InlineData("email")]
    [InlineData("hostname")]
    [InlineData("ipv4")]
    [InlineData("ipv6")]
    [InlineData("uri")]
    [InlineData("uuid")]
    public async Task Find_RandomTexts_AreReadByZod(string format)
    {
        var texts = Texts(format, 300);
        var answer = await _node.AskAsync<JsonObject>(new JsonObject { ["format"] = format, ["texts"] = new JsonArray([.. texts.Select(text => (JsonNode)text)]) });
        Assert.All(texts.Zip(answer["accepted"]!.AsArray()), pair => Assert.True(pair.Second!.GetValue<bool>(), pair.First));
    }

    // Random walks through the automaton; each set of characters is as likely as another, so that rare forms come up.
    private static List<string> Texts(string format, int count)
    {
        var language = StringFormats.Find(format, wide: false)!;
        var random = new Random(1);
        var texts = new List<string>();
        while (texts.Count < count)
        {
            var text = Walk(language.Automaton, random);
            if (language.Contains(text))
            {
                texts.Add(text);
            }
        }

        return texts;
    }

    private static string Walk(CodePointAutomaton automaton, Random random)
    {
        var text = new StringBuilder();
        for (var state = 0; !automaton.States[state].Accepts || (automaton.States[state].Moves.Count > 0 && random.Next(12) > 0);)
        {
            var moves = automaton.States[state].Moves;
            var (set, target) = moves[random.Next(moves.Count)];
            var (first, last) = set.Ranges[random.Next(set.Ranges.Count)];
            text.Append(new Rune(random.Next(first, last + 1)));
            state = target;
        }

        return text.ToString();
    }
}
