using System.Text.Json;
using LoopLM.Server.Errors;
using LoopLM.Server.Rest.Requests;

namespace LoopLM.Server.Tests.Rest.Requests;

/// <summary>What becomes of the fields that requests do not read.</summary>
public sealed class UnreadFieldsTests
{
    private static readonly RequestKinds[] s_kinds =
        [RequestKinds.Completion, RequestKinds.Chats, RequestKinds.Response, RequestKinds.Comparison, RequestKinds.Tokenizing];

    /// <summary>Of each name and kind the one rule that counts.</summary>
    private static IEnumerable<(FieldRule Rule, RequestKinds Kind)> Rules => s_kinds.SelectMany(kind =>
        FieldTable.Rules.Where(rule => rule.Kinds.HasFlag(kind)).DistinctBy(rule => rule.Name).Select(rule => (rule, kind)));

    [Fact]
    public void Check_FieldThatWouldChangeTheAnswer_IsRefusedWithTheWayOut()
    {
        foreach (var (rule, kind) in Rules.Where(each => each.Rule.Instead is not null))
        {
            var error = Check(rule.Name, """{"some":"thing"}""", kind);

            Assert.Equal((rule.Name, RequestErrorKind.Unsupported, rule.Name), (rule.Name, error?.Kind, error?.Field));
            Assert.StartsWith($"'{rule.Name}' is not supported here: {rule.Instead}", error!.Message.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Check_ValueThatAsksForNothing_IsAccepted()
    {
        foreach (var (rule, kind) in Rules)
        {
            var neutral = rule.Neutral is { } list ? JsonElement.Parse(list).EnumerateArray().Select(value => value.GetRawText()) : [];
            foreach (var value in neutral.Append("null"))
            {
                Assert.Null(Check(rule.Name, value, kind));
            }
        }
    }

    [Fact]
    public void Check_FieldThatChangesNothing_MayHaveAnyValue()
    {
        foreach (var (rule, kind) in Rules.Where(each => each.Rule.Instead is null))
        {
            Assert.Null(Check(rule.Name, """{"some":"thing"}""", kind));
        }
    }

    [Theory]
    [InlineData("""{"length_penalty":2}""",
        "'length_penalty' is the number 2, which is not supported here: it belongs to beam search; leave it out, or set it to 1.")]
    [InlineData("""{"length_penalty":1e99999999999}""",
        "'length_penalty' is the number 1e99999999999, which is not supported here: it belongs to beam search; leave it out, or set it to 1.")]
    [InlineData("""{"functions":[{"name":"f"}]}""", "'functions' is not supported here: use 'tools'.")]
    [InlineData("""{"use_beam_search":true}""",
        "'use_beam_search' is true, which is not supported here: tokens are drawn one by one; leave it out, or set it to false.")]
    [InlineData("""{"input":"Hi"}""", "'input' is not supported here: use 'messages', or send it to /v1/responses.")]
    public void Check_Refusal_SaysWhatWasFoundAndWhatWouldBeRight(string body, string message) =>
        Assert.Equal(message, Check(body, RequestKinds.Chats)?.Message.ToString());

    [Theory]
    [InlineData("""{"length_penalty":1.0}""")]
    [InlineData("""{"length_penalty":1e0}""")]
    [InlineData("""{"a_name_that_no_api_has":[1,2]}""")]
    public void Check_HarmlessField_IsAccepted(string body) => Assert.Null(Check(body, RequestKinds.Chats));

    [Fact]
    public void Report_UnsupportedFieldBesideAMissingOne_ExplainsIt()
    {
        var fields = new RequestFields(JsonElement.Parse("""{"messages":[]}"""));

        fields.Report(RequestErrorKind.MissingField, "input", "'input' is missing.");
        UnreadFields.Check(fields, RequestKinds.Response);

        Assert.Equal("'messages' is not supported here: use 'input'.", fields.Error?.Message.ToString());
    }

    [Theory]
    [InlineData("maxTokens", "max_tokens")]
    [InlineData("max-tokens", "max_tokens")]
    [InlineData("TopP", "top_p")]
    [InlineData("max_token", "max_tokens")]
    [InlineData("stopSequences", "stop_sequences")]
    [InlineData("respose_format", "response_format")]
    [InlineData("repsonse_format", "response_format")]
    public void Check_SlipOfThePen_NamesTheFieldThatWasMeant(string name, string meant)
    {
        var fields = new RequestFields(JsonElement.Parse($$"""{"{{name}}":1}"""));
        Array.ForEach(["stop", "max_tokens", "top_p", "response_format"], known => fields.Find(known));

        UnreadFields.Check(fields, RequestKinds.Chats);

        Assert.Equal((name, $"'{name}' is not a field; did you mean '{meant}'?"), (fields.Error?.Field, fields.Error?.Message.ToString()));
    }

    [Theory]
    [InlineData("steps", "1")]
    [InlineData("top_d", "1")]
    [InlineData("max_tokens_total", "1")]
    [InlineData("maxTokens", "null")]
    public void Check_NameThatIsOnlyAlike_IsAccepted(string name, string value)
    {
        var fields = new RequestFields(JsonElement.Parse($$"""{"{{name}}":{{value}}}"""));
        Array.ForEach(["stop", "max_tokens", "top_p"], known => fields.Find(known));

        UnreadFields.Check(fields, RequestKinds.Chats);

        Assert.Null(fields.Error);
    }

    [Theory]
    [InlineData("16", 16)]
    [InlineData("16.0", 16)]
    [InlineData("1.6e1", 16)]
    [InlineData("-1.000", -1)]
    [InlineData("16.5", null)]
    [InlineData("1e10", null)]
    [InlineData("1e99999999999", null)]
    [InlineData("\"16\"", null)]
    public void Integer_AnySpelling_IsReadIfItIsWhole(string json, int? number)
    {
        var fields = new RequestFields(JsonElement.Parse($$"""{"max_tokens":{{json}}}"""));

        Assert.Equal(number, fields.Integer("max_tokens"));
        Assert.Equal(number is null, fields.Error is not null);
    }

    [Theory]
    [InlineData("42.0", 42L)]
    [InlineData("9007199254740993.0", 9007199254740993L)]
    [InlineData("1e18", 1_000_000_000_000_000_000L)]
    [InlineData("1e19", null)]
    public void LongInteger_AnySpelling_KeepsEveryDigit(string json, long? number)
    {
        var fields = new RequestFields(JsonElement.Parse($$"""{"seed":{{json}}}"""));

        Assert.Equal(number, fields.LongInteger("seed"));
    }

    private static RequestError? Check(string name, string value, RequestKinds kind) => Check($$"""{"{{name}}":{{value}}}""", kind);

    private static RequestError? Check(string body, RequestKinds kind)
    {
        var fields = new RequestFields(JsonElement.Parse(body));
        UnreadFields.Check(fields, kind);
        return fields.Error;
    }
}
