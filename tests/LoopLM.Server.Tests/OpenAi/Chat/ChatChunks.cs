using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace LoopLM.Server.Tests.OpenAi.Chat;

/// <summary>Puts the chunks of a streamed chat together again.</summary>
internal static class ChatChunks
{
    public static JsonSerializerOptions FewEscapes { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The choices as a whole answer would have them.</summary>
    public static IEnumerable<JsonNode> Join(IEnumerable<string> events)
    {
        var choices = new SortedDictionary<int, JsonObject>();
        foreach (var choice in events.Where(each => each != "[DONE]").SelectMany(each => JsonNode.Parse(each)!["choices"]!.AsArray()))
        {
            var part = choice!.DeepClone().AsObject();
            part["message"] = part["delta"]!.DeepClone();
            part.Remove("delta");
            var index = part["index"]!.GetValue<int>();
            if (choices.TryGetValue(index, out var joined))
            {
                Merge(joined, part);
            }
            else
            {
                choices[index] = part;
            }
        }

        return choices.Values;
    }

    /// <summary>A choice without what is null or drawn by chance, to compare with others.</summary>
    public static string Canonical(JsonNode? choice)
    {
        var clone = choice!.DeepClone().AsObject();
        var message = clone["message"]!.AsObject();
        if (message["content"]?.GetValue<string>() == "")
        {
            message.Remove("content");
        }

        foreach (var call in message["tool_calls"]?.AsArray() ?? [])
        {
            call!.AsObject().Remove("id");
            call.AsObject().Remove("index");
        }

        return Sorted(clone)!.ToJsonString();
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.Where(each => each.Value is not null).OrderBy(each => each.Key, StringComparer.Ordinal)
            .Select(each => KeyValuePair.Create(each.Key, Sorted(each.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };

    private static void Merge(JsonObject into, JsonObject part)
    {
        foreach (var (name, value) in part)
        {
            switch (into[name], value)
            {
                case (JsonArray list, JsonArray more) when name == "tool_calls":
                    more.ToList().ForEach(each => MergeCall(list, each!.AsObject()));
                    break;
                case (JsonArray list, JsonArray more):
                    more.ToList().ForEach(each => list.Add(each?.DeepClone()));
                    break;
                case (JsonObject inner, JsonObject more):
                    Merge(inner, more);
                    break;
                case (not null, not null) when name is "content" or "reasoning_content" or "reasoning":
                    into[name] = into[name]!.GetValue<string>() + value.GetValue<string>();
                    break;
                case (_, not null):
                    into[name] = value.DeepClone();
                    break;
            }
        }
    }

    /// <summary>The first chunk of a call has its id and name, the others more of its arguments.</summary>
    private static void MergeCall(JsonArray calls, JsonObject part)
    {
        var index = part["index"]!.GetValue<int>();
        Assert.Equal(index == calls.Count, part.ContainsKey("id"));
        if (index == calls.Count)
        {
            calls.Add(part.DeepClone());
            return;
        }

        var function = calls[index]!["function"]!;
        function["arguments"] = function["arguments"]!.GetValue<string>() + part["function"]!["arguments"]!.GetValue<string>();
    }
}
