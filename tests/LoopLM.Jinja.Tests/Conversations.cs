using System.Text.Json.Nodes;
using LoopLM.Testing;

namespace LoopLM.Jinja.Tests;

/// <summary>Makes conversations, as the variables of a chat template.</summary>
/// <param name="random">The source.</param>
/// <param name="alikeEverywhere">Whether no text begins or ends with white space but a line end: not every Jinja agrees what else is white space.</param>
internal sealed class Conversations(Random random, bool alikeEverywhere)
{
    private static readonly string[] s_fragments =
    [
        "Hello", " world ", "\n", "\n\n", "  ", "\t", "{{ 7 * 7 }}", "{% if %}", "{#", "<|im_end|>", "<|im_start|>", "<think>\nhm\n</think>\n\n", "</think>", "<think>",
        "<tool_response>", "</tool_response>", "\"quoted\"", "it's", "\\n", "\\", "é", "日本語", "😀", "<b>&amp;</b>", "\u2028", "\u00a0", "0", "-1", "None", "\u0007",
    ];

    public JsonObject Create()
    {
        var messages = new JsonArray();
        if (random.Next(2) == 0)
        {
            messages.Add(Message("system", Text()));
        }

        messages.Add(Message("user", Text()));
        for (var turns = random.Next(4); turns > 0; turns--)
        {
            AddTurn(messages);
        }

        var variables = new JsonObject
        {
            ["messages"] = messages,
            ["add_generation_prompt"] = random.Next(2) == 0,
            ["bos_token"] = "<|begin_of_text|>",
            ["eos_token"] = "<|eot_id|>",
        };
        if (random.Next(2) == 0)
        {
            variables["tools"] = new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(JsonNode (_) => Tool())]);
        }

        if (random.Next(3) == 0)
        {
            variables["enable_thinking"] = random.Next(2) == 0;
        }

        return variables;
    }

    private void AddTurn(JsonArray messages)
    {
        var answer = Message("assistant", Text());
        messages.Add(answer);
        switch (random.Next(4))
        {
            case 0:
                answer["reasoning_content"] = Text();
                break;
            case 1:
                var calls = random.Next(1, 3);
                answer["content"] = random.Next(2) == 0 ? "" : Text();
                answer["tool_calls"] = new JsonArray([.. Enumerable.Range(0, calls).Select(JsonNode (_) => Call())]);
                for (; calls > 0; calls--)
                {
                    messages.Add(Message("tool", Text()));
                }

                break;
        }

        messages.Add(Message("user", Text()));
    }

    private static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };

    private JsonObject Call() => new JsonObject
    {
        ["id"] = "call_1",
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = "get_weather", ["arguments"] = Map(3) },
    };

    private JsonObject Tool() => new JsonObject
    {
        ["type"] = "function",
        ["function"] = new JsonObject
        {
            ["name"] = "get_weather",
            ["description"] = Text(),
            ["parameters"] = new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject
                {
                    ["city"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("a", Text()) },
                    ["days"] = new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "integer" } },
                    ["extra"] = Value(2),
                },
                ["required"] = new JsonArray("city"),
            },
        },
    };

    private JsonNode? Value(int depth) => random.Next(depth > 0 ? 8 : 6) switch
    {
        0 => null,
        1 => random.Next(2) == 0,
        2 => random.Next(-1000, 1000),
        3 => Math.Round(random.NextDouble() * 100, 3) + 0.0005,
        < 6 => Text(),
        6 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Value(depth - 1))]),
        _ => Map(depth - 1),
    };

    private JsonObject Map(int depth)
    {
        var map = new JsonObject();
        for (var count = random.Next(4); count > 0; count--)
        {
            map[$"k{Text()}{count}"] = Value(depth);
        }

        return map;
    }

    private string Text() => string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => Fragment()));

    private string Fragment()
    {
        if (!alikeEverywhere && random.Next(8) == 0)
        {
            return RandomText.Create(random, 1).ReplaceLineEndings(" ");
        }

        var fragment = s_fragments[random.Next(s_fragments.Length)];
        return alikeEverywhere && fragment.Trim() != fragment.Trim('\n') ? "a" : fragment;
    }
}
