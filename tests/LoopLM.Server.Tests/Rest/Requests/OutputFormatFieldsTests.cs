using System.Text.Json;
using LoopLM.Server.Errors;
using LoopLM.Server.Rest.Requests;
using LoopLM.StructuredOutput;

namespace LoopLM.Server.Tests.Rest.Requests;

public sealed class OutputFormatFieldsTests
{
    private const string Schema = """{"type":"integer"}""";

    [Theory]
    [InlineData("""{"response_format":[]}""", nameof(RequestErrorKind.InvalidType), "response_format")]
    [InlineData("""{"response_format":{}}""", nameof(RequestErrorKind.MissingField), "response_format.type")]
    [InlineData("""{"response_format":{"type":1}}""", nameof(RequestErrorKind.InvalidType), "response_format.type")]
    [InlineData("""{"response_format":{"type":"grammar"}}""", nameof(RequestErrorKind.UnsupportedValue), "response_format.type")]
    [InlineData("""{"response_format":{"type":"json_schema"}}""", nameof(RequestErrorKind.MissingField), "response_format.json_schema")]
    [InlineData("""{"response_format":{"type":"json_schema","json_schema":[]}}""", nameof(RequestErrorKind.InvalidType), "response_format.json_schema")]
    [InlineData("""{"response_format":{"type":"json_schema","json_schema":{"name":"a b","schema":{}}}}""", nameof(RequestErrorKind.InvalidValue), "response_format.json_schema.name")]
    [InlineData("""{"response_format":{"type":"json_schema","json_schema":{"name":"a","schema":{},"strict":"yes"}}}""", nameof(RequestErrorKind.InvalidType), "response_format.json_schema.strict")]
    [InlineData("""{"response_format":{"type":"json_schema","json_schema":{"name":"a"}}}""", nameof(RequestErrorKind.MissingField), "response_format.json_schema.schema")]
    [InlineData("""{"structured_outputs":"json"}""", nameof(RequestErrorKind.InvalidType), "structured_outputs")]
    [InlineData("""{"structured_outputs":{}}""", nameof(RequestErrorKind.InvalidValue), "structured_outputs.json")]
    [InlineData("""{"response_format":{"type":"json_object","json_schema":{"schema":{}}}}""", nameof(RequestErrorKind.Unsupported), "response_format.json_schema")]
    [InlineData("""{"response_format":{"type":"text","json_schema":{"schema":{}}}}""", nameof(RequestErrorKind.Unsupported), "response_format.json_schema")]
    [InlineData("""{"response_format":{"type":"text","schema":{}}}""", nameof(RequestErrorKind.Unsupported), "response_format.schema")]
    [InlineData("""{"structured_outputs":{"json_object":false}}""", nameof(RequestErrorKind.InvalidValue), "structured_outputs.json")]
    [InlineData("""{"structured_outputs":{"json_object":1}}""", nameof(RequestErrorKind.InvalidType), "structured_outputs.json_object")]
    [InlineData("""{"structured_outputs":{"choice":"a"}}""", nameof(RequestErrorKind.InvalidType), "structured_outputs.choice")]
    [InlineData("""{"structured_outputs":{"choice":["a",1]}}""", nameof(RequestErrorKind.InvalidType), "structured_outputs.choice")]
    [InlineData("""{"structured_outputs":{"regex":["a"]}}""", nameof(RequestErrorKind.InvalidType), "structured_outputs.regex")]
    [InlineData("""{"structured_outputs":{"regex":"\ud800"}}""", nameof(RequestErrorKind.InvalidValue), "structured_outputs.regex")]
    [InlineData("""{"structured_outputs":{"json":"{"}}""", nameof(RequestErrorKind.InvalidValue), "structured_outputs.json")]
    [InlineData("""{"structured_outputs":{"json":"{\"a\":1,\"a\":2}"}}""", nameof(RequestErrorKind.InvalidValue), "structured_outputs.json")]
    [InlineData("""{"structured_outputs":{"regex":"a","choice":["a"]}}""", nameof(RequestErrorKind.InvalidValue), "structured_outputs.regex")]
    [InlineData("""{"structured_outputs":{"grammar":"root ::= \"a\""}}""", nameof(RequestErrorKind.Unsupported), "structured_outputs.grammar")]
    [InlineData("""{"structured_outputs":{"structural_tag":"{}"}}""", nameof(RequestErrorKind.Unsupported), "structured_outputs.structural_tag")]
    [InlineData("""{"structured_outputs":{"json":{},"whitespace_pattern":" "}}""", nameof(RequestErrorKind.Unsupported), "structured_outputs.whitespace_pattern")]
    [InlineData("""{"structured_outputs":{"json":{},"disable_any_whitespace":true}}""", nameof(RequestErrorKind.Unsupported), "structured_outputs.disable_any_whitespace")]
    [InlineData("""{"structured_outputs":{"json":{},"disable_additional_properties":true}}""", nameof(RequestErrorKind.Unsupported), "structured_outputs.disable_additional_properties")]
    [InlineData("""{"guided_json":"{"}""", nameof(RequestErrorKind.InvalidValue), "guided_json")]
    [InlineData("""{"guided_choice":{}}""", nameof(RequestErrorKind.InvalidType), "guided_choice")]
    [InlineData("""{"guided_regex":5}""", nameof(RequestErrorKind.InvalidType), "guided_regex")]
    [InlineData("""{"guided_json":{},"guided_regex":"a"}""", nameof(RequestErrorKind.InvalidValue), "guided_regex")]
    [InlineData("""{"response_format":{"type":"json_object"},"structured_outputs":{"regex":"a"}}""", nameof(RequestErrorKind.InvalidValue), "structured_outputs.regex")]
    public void Read_NotAFormat_IsAProblem(string body, string kind, string field)
    {
        var fields = new RequestFields(JsonElement.Parse(body));
        OutputFormatFields.Read(fields);
        Assert.Equal((kind, field), (fields.Error?.Kind.ToString(), fields.Error?.Field));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"response_format":null,"structured_outputs":null,"guided_json":null,"guided_choice":null,"guided_regex":null,"json_schema":null,"regex":null,"format":null}""")]
    [InlineData("""{"response_format":{"type":"text"}}""")]
    [InlineData("""{"format":""}""")]
    public void Read_AnyText_IsNoFormat(string body)
    {
        var fields = new RequestFields(JsonElement.Parse(body));
        Assert.Null(OutputFormatFields.Read(fields));
        Assert.Null(fields.Error);
        Assert.Empty(fields.Unknown);
    }

    [Theory]
    [InlineData("""{"response_format":{"type":"json_object"}}""", "response_format", typeof(TextForm.JsonObject))]
    [InlineData("""{"structured_outputs":{"json_object":true,"disable_fallback":true}}""", "structured_outputs.json_object", typeof(TextForm.JsonObject))]
    [InlineData("""{"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":""" + Schema + "}}}", "response_format.json_schema.schema", typeof(TextForm.Json))]
    [InlineData("""{"structured_outputs":{"disable_any_whitespace":false,"json":""" + Schema + "}}", "structured_outputs.json", typeof(TextForm.Json))]
    [InlineData("""{"structured_outputs":{"json":"{\"type\":\"integer\"}"}}""", "structured_outputs.json", typeof(TextForm.Json))]
    [InlineData("""{"guided_json":""" + Schema + "}", "guided_json", typeof(TextForm.Json))]
    [InlineData("""{"guided_json":"{\"type\":\"integer\"}","response_format":{"type":"text"}}""", "guided_json", typeof(TextForm.Json))]
    [InlineData("""{"structured_outputs":{"choice":["a","b"]}}""", "structured_outputs.choice", typeof(TextForm.Choice))]
    [InlineData("""{"guided_choice":["a","b"]}""", "guided_choice", typeof(TextForm.Choice))]
    [InlineData("""{"structured_outputs":{"regex":"a+"}}""", "structured_outputs.regex", typeof(TextForm.Pattern))]
    [InlineData("""{"guided_regex":"a+"}""", "guided_regex", typeof(TextForm.Pattern))]
    [InlineData("""{"regex":"a+"}""", "regex", typeof(TextForm.Pattern))]
    [InlineData("""{"json_schema":""" + Schema + "}", "json_schema", typeof(TextForm.Json))]
    [InlineData("""{"format":"json"}""", "format", typeof(TextForm.JsonObject))]
    [InlineData("""{"format":""" + Schema + "}", "format", typeof(TextForm.Json))]
    [InlineData("""{"response_format":{"type":"json_object","schema":""" + Schema + "}}", "response_format.schema", typeof(TextForm.Json))]
    [InlineData("""{"response_format":{"type":"json_object","value":""" + Schema + "}}", "response_format.value", typeof(TextForm.Json))]
    [InlineData("""{"response_format":{"type":"json","value":""" + Schema + "}}", "response_format.value", typeof(TextForm.Json))]
    [InlineData("""{"response_format":{"type":"json_schema","schema":""" + Schema + "}}", "response_format.schema", typeof(TextForm.Json))]
    [InlineData("""{"response_format":{"type":"json_schema","json_schema":{"schema":""" + Schema + "}}}", "response_format.json_schema.schema", typeof(TextForm.Json))]
    [InlineData("""{"response_format":{"type":"regex","value":"a+"}}""", "response_format.value", typeof(TextForm.Pattern))]
    public void Read_Format_GivesItsForm(string body, string field, Type form)
    {
        var fields = new RequestFields(JsonElement.Parse(body));
        var format = OutputFormatFields.Read(fields);
        Assert.Null(fields.Error);
        Assert.Equal((field, form), (format?.Field, format?.Form.GetType()));
        if (format?.Form is TextForm.Json(var schema))
        {
            Assert.Equal(Schema, schema.GetRawText());
        }
    }
}
