using System.Text.Json;
using LoopLM.Protocol.V1;

namespace LoopLM.Tools.Soak;

/// <summary>One of the requests that a soak repeats: the same number is the same request, and has the same answer.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Path">The endpoint.</param>
/// <param name="Body">Fields of the body, in JSON, without the braces.</param>
/// <param name="Generations">Generations that it makes.</param>
internal sealed record SoakRequest(int Number, string Path, string Body, int Generations)
{
    /// <summary>Requests that differ.</summary>
    public const int Distinct = 96;

    private const string Schema =
        """{"type":"object","properties":{"name":{"type":"string","maxLength":8},"age":{"type":"integer","minimum":0,"maximum":99}},"required":["name","age"],"additionalProperties":false}""";
    private const string Tool =
        """{"name":"look","parameters":{"type":"object","properties":{"place":{"type":"string","maxLength":6}},"required":["place"],"additionalProperties":false}}""";

    private static readonly string[] s_words = ["fox", "crow", "river", "mill", "three", "and",
        "sang", "47+8=", "\u00e9t\u00e9", "\U0001F600", "night", "because", "<|im_end|>", "tell"];

    /// <summary>Whether it can be streamed.</summary>
    public bool Streams => Path is "/v1/completions" or "/v1/chat/completions" or "/v1/responses";

    /// <summary>Makes a request.</summary>
    public static SoakRequest Create(int seed, int number)
    {
        var random = new Random(unchecked((seed * 1_000_003) + number));
        var text = JsonSerializer.Serialize(Words(random, 1 + random.Next(24)));
        var sampling =
            $"\"temperature\":{(random.Next(3) == 0 ? "0" : "0.9")},\"seed\":{random.Next()},\"exit_threshold\":0.{1 + random.Next(9)}";
        var messages = $$"""[{"role":"user","content":{{text}}}]""";
        return (number % 9) switch
        {
            0 or 1 => new(
                number, "/v1/completions", $"\"prompt\":{text},\"max_tokens\":{2 + random.Next(40)},{sampling},\"logprobs\":1", 1),
            2 => new(number, "/v1/completions", $"\"prompt\":[{text},\"a\"],\"n\":2,\"max_tokens\":{2 + random.Next(12)},{sampling}", 4),
            3 => new(number, "/v1/chat/completions", $"\"messages\":{messages},\"max_tokens\":{2 + random.Next(30)},{sampling}", 1),
            4 => new(number, "/v1/chat/completions", $$"""
                "messages":{{messages}},"max_tokens":60,{{sampling}},"tools":[{"type":"function","function":{{Tool}}}],"tool_choice":"required"
                """, 1),
            5 => new(number, "/v1/responses", $"\"input\":{text},\"max_output_tokens\":{2 + random.Next(20)},\"temperature\":0", 1),
            6 => new(number, "/v1/loop/compare", $$"""
                "prompt":{{text}},"max_tokens":6,"temperature":0,"settings":[{"max_loops":1},{"max_loops":3},{"exit_policy":"fixed"}]
                """, 3),
            7 => new(number, "/v1/completions", $$$"""
                "prompt":{{{text}}},"max_tokens":60,{{{sampling}}},"response_format":{"type":"json_schema","json_schema":{"name":"who","schema":{{{Schema}}}}}
                """, 1),
            _ => new(number, "/tokenize", $"\"prompt\":{JsonSerializer.Serialize(Words(random, 4000))},\"return_token_strs\":true", 0),
        };
    }

    /// <summary>A gRPC request.</summary>
    public static GenerateRequest CreateCall(int seed, int number)
    {
        var random = new Random(unchecked((seed * 1_000_003) - number - 1));
        return new GenerateRequest
        {
            Text = Words(random, 1 + random.Next(16)),
            MaxTokens = 2 + random.Next(30),
            Temperature = random.Next(2),
            Seed = random.Next(),
            ExitThreshold = 0.1f * (1 + random.Next(9)),
        };
    }

    private static string Words(Random random, int count) =>
        string.Join(' ', Enumerable.Range(0, count).Select(_ => s_words[random.Next(s_words.Length)]));
}
