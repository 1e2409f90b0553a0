using System.Text.Json;
using Google.Protobuf.Reflection;
using LoopLM.Protocol.V1;
using LoopLM.Server.Grpc;
using LoopLM.Server.Hosting;
using LoopLM.Server.Loop.Compare;
using LoopLM.Server.OpenAi.Chat;
using LoopLM.Server.OpenAi.Completions;
using LoopLM.Server.OpenAi.Responses;
using LoopLM.Server.Rest.Requests;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.Tests.TextGeneration;

/// <summary>Every setting is there in every protocol and described where clients look, unless a list says why not.</summary>
public sealed class SettingProtocolTests
{
    /// <summary>Settings that endpoints read in their own ways.</summary>
    private static readonly string[] s_own = ["max_tokens", "logprobs", "prompt_logprobs", "add_special_tokens", "response_format"];

    private static readonly Dictionary<string, string> s_notInGrpc = new()
    {
        ["n"] = "a call streams one text",
        ["return_gate_probabilities"] = "every token has them",
        ["return_drafted"] = "every token says so",
        ["prompt_logprobs"] = "a message is about one generated token",
        ["response_format"] = "formats are JSON, in many dialects",
    };

    /// <summary>Fields of the protocol that are no settings.</summary>
    private static readonly string[] s_grpcOnly = ["text", "tokens"];

    private static readonly Dictionary<string, Func<RequestFields, object>> s_endpoints = new()
    {
        ["/v1/completions"] = CompletionRequest.Read,
        ["/v1/chat/completions"] = ChatRequest.Read,
        ["/v1/responses"] = ResponseRequest.Read,
        ["/v1/loop/compare"] = fields => CompareRequest.Read(fields, most: 4),
    };

    public static TheoryData<string> Endpoints => [.. s_endpoints.Keys];

    private static IEnumerable<string> InGrpc => SettingNames.All.Concat(s_own).Where(name => !s_notInGrpc.ContainsKey(name));

    [Theory]
    [MemberData(nameof(Endpoints))]
    public void Read_EveryEndpoint_KnowsEverySetting(string endpoint) => Assert.Empty(SettingNames.All.Except(KnownBy(endpoint)));

    [Theory]
    [MemberData(nameof(Endpoints))]
    public void OpenApi_EveryEndpoint_DescribesEverySetting(string endpoint) =>
        Assert.Empty(SettingNames.All.Except(DescribedFor(endpoint)));

    [Theory]
    [MemberData(nameof(Endpoints))]
    public void OpenApi_EveryEndpoint_DescribesFieldsThatAreRead(string endpoint) =>
        Assert.Empty(DescribedFor(endpoint).Except(KnownBy(endpoint)));

    [Fact]
    public void ApiPage_EverySetting_IsInATable()
    {
        var rows = File.ReadLines(Path.Combine(TestData.Root, "docs", "api.md"))
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal)).ToList();

        Assert.All(SettingNames.All.Concat(s_own), name =>
            Assert.Contains(rows, row => row.Contains($"`{name}`", StringComparison.Ordinal)));
    }

    [Fact]
    public void Proto_EverySetting_IsAField()
    {
        var fields = GenerateRequest.Descriptor.Fields.InDeclarationOrder().Select(field => field.Name);

        Assert.Equal(InGrpc.Select(GrpcFields.Names.Of).Concat(s_grpcOnly).Order(), fields.Order());
    }

    [Fact]
    public void Proto_SettingsThatItHasNot_AreSettings() => Assert.Empty(s_notInGrpc.Keys.Except(SettingNames.All.Concat(s_own)));

    [Fact]
    public void Read_SameValues_GiveTheSameSettingsOverRestAndGrpc()
    {
        foreach (var name in SettingNames.All.Where(name => !s_notInGrpc.ContainsKey(name)))
        {
            var field = GenerateRequest.Descriptor.FindFieldByName(GrpcFields.Names.Of(name));
            var rest = RestValueOf(name, field);
            var message = GenerateRequest.Parser.ParseJson($"{{\"{field.JsonName}\":{GrpcValueOf(name, rest)}}}");

            var overRest = Describe(SettingReader.Read(new RequestFields(JsonElement.Parse($"{{\"{name}\":{rest}}}"))));
            var overGrpc = Describe(SettingReader.Read(new GrpcFields(message)));

            Assert.Equal((name, overRest), (name, overGrpc));
            Assert.NotEqual((name, Describe(new TextRequest())), (name, overGrpc));
        }
    }

    private static IReadOnlyCollection<string> KnownBy(string endpoint)
    {
        var fields = new RequestFields(JsonElement.Parse("""{"prompt":"a","input":"a","messages":[],"settings":[]}"""));
        s_endpoints[endpoint](fields);
        return fields.Known;
    }

    private static IEnumerable<string> DescribedFor(string endpoint)
    {
        using var stream = typeof(ServerApplication).Assembly.GetManifestResourceStream("openapi.json")!;
        var document = JsonSerializer.Deserialize<JsonElement>(stream);
        var body = document.GetProperty("paths").GetProperty(endpoint).GetProperty("post").GetProperty("requestBody");
        return PropertiesOf(document, body.GetProperty("content").GetProperty("application/json").GetProperty("schema"));
    }

    private static IEnumerable<string> PropertiesOf(JsonElement document, JsonElement schema)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            var name = reference.GetString()!.Split('/')[^1];
            return PropertiesOf(document, document.GetProperty("components").GetProperty("schemas").GetProperty(name));
        }

        var own = schema.TryGetProperty("properties", out var properties)
            ? properties.EnumerateObject().Select(property => property.Name)
            : [];
        return schema.TryGetProperty("allOf", out var all)
            ? own.Concat(all.EnumerateArray().SelectMany(each => PropertiesOf(document, each)))
            : own;
    }

    /// <summary>A value other than the default, as REST writes it.</summary>
    private static string RestValueOf(string name, FieldDescriptor field) => field switch
    {
        { IsMap: true } => """{"7":1.5}""",
        { IsRepeated: true, FieldType: FieldType.String } => """["a","b"]""",
        { IsRepeated: true } => "[3,5]",
        { FieldType: FieldType.Enum } => name switch
        {
            "speculation" =>
            "\"fixed\"",
            "prefix_reuse" => "\"as-generated\"",
            _ => "\"shared\""
        },
        { FieldType: FieldType.String } => name == "truncation_side" ? "\"right\"" : "\"act\"",
        { FieldType: FieldType.Bool } => name == "skip_special_tokens" ? "false" : "true",
        { FieldType: FieldType.Float } => "0.5",
        _ => "3",
    };

    /// <summary>The same as protobuf's JSON writes it.</summary>
    private static string GrpcValueOf(string name, string value) => name switch
    {
        "kv_layout" => "\"KV_LAYOUT_SHARED\"",
        "speculation" => "\"SPECULATION_FIXED\"",
        "prefix_reuse" => "\"PREFIX_REUSE_AS_GENERATED\"",
        "skip_special_tokens" => "true",
        _ => value,
    };

    private static string Describe(TextRequest request) =>
        JsonSerializer.Serialize(request with { Exit = request.Exit with { Trace = null } })
            + string.Join(',', request.Exit.Trace?.ToArray() ?? []);
}
