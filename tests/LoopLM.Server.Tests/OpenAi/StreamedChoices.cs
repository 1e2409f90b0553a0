using System.Text.Json;
using System.Text.Json.Nodes;

namespace LoopLM.Server.Tests.OpenAi;

/// <summary>Puts the chunks of a streamed completion together again.</summary>
internal static class StreamedChoices
{
    /// <summary>
    /// The choices as a whole completion would have them, in order of their index: texts and lists joined, the rest as it came last.
    /// </summary>
    public static List<JsonObject> Join(IEnumerable<string> events)
    {
        var choices = new SortedDictionary<int, JsonObject>();
        foreach (var chunk in events.Where(each => each != "[DONE]").Select(each => JsonNode.Parse(each)!))
        {
            foreach (var choice in chunk["choices"]!.AsArray())
            {
                var index = choice!["index"]!.GetValue<int>();
                if (!choices.TryGetValue(index, out var joined))
                {
                    choices[index] = choice.DeepClone().AsObject();
                    continue;
                }

                Assert.Null(joined["finish_reason"]);
                Merge(joined, choice.AsObject());
            }
        }

        return [.. choices.Values];
    }

    /// <summary>A choice without what is null, to compare with others.</summary>
    public static string Canonical(JsonNode choice)
    {
        var clone = choice.DeepClone().AsObject();
        foreach (var name in clone.Where(member => member.Value is null).Select(member => member.Key).ToList())
        {
            clone.Remove(name);
        }

        return JsonSerializer.Serialize(new SortedDictionary<string, JsonNode?>(clone.ToDictionary(), StringComparer.Ordinal));
    }

    private static void Merge(JsonObject into, JsonObject part)
    {
        foreach (var (name, value) in part)
        {
            switch (into[name], value)
            {
                case (JsonArray list, JsonArray more):
                    foreach (var each in more)
                    {
                        list.Add(each?.DeepClone());
                    }

                    break;
                case (JsonObject inner, JsonObject more):
                    Merge(inner, more);
                    break;
                case (_, not null) when name == "text":
                    into[name] = into[name]!.GetValue<string>() + value.GetValue<string>();
                    break;
                case (_, not null):
                    into[name] = value.DeepClone();
                    break;
                default:
                    break;
            }
        }
    }
}
