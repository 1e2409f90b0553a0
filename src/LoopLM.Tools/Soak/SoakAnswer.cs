using System.Text;
using System.Text.Json;

namespace LoopLM.Tools.Soak;

/// <summary>What an answer says, without ids and times: the same for a whole answer and for its stream.</summary>
internal sealed class SoakAnswer
{
    private const string Event = "data: ";
    private const string Done = "[DONE]";

    private static readonly string[] s_said = ["text", "content", "reasoning_content", "name", "arguments", "token_strs", "tokens"];
    private static readonly string[] s_lists = ["choices", "tool_calls", "answers", "output"];

    private readonly SortedDictionary<string, StringBuilder> _parts = new(StringComparer.Ordinal);

    /// <summary>Reads a whole answer.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static string Of(string answer)
    {
        var said = new SoakAnswer();
        said.Add(JsonElement.Parse(answer), "", isSaid: false);
        return said.ToString();
    }

    /// <summary>Reads the events of a stream.</summary>
    /// <exception cref="JsonException">An event is not JSON.</exception>
    /// <exception cref="FormatException">The stream has not come to its end.</exception>
    public static string OfStream(string stream)
    {
        var said = new SoakAnswer();
        var events = stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(each => each[(each.IndexOf(Event, StringComparison.Ordinal) + Event.Length)..]).ToList();
        if (events[^1] != Done)
        {
            // A stream of responses ends with the whole response.
            var last = JsonElement.Parse(events[^1]);
            if (last.ValueKind != JsonValueKind.Object || !last.TryGetProperty("response", out var response)
                || !stream.EndsWith("\n\n", StringComparison.Ordinal))
            {
                throw new FormatException($"The stream ends with {events[^1]}");
            }

            said.Add(response, "", isSaid: false);
            return said.ToString();
        }

        foreach (var each in events[..^1])
        {
            said.Add(JsonElement.Parse(each), "", isSaid: false);
        }

        return said.ToString();
    }

    /// <inheritdoc/>
    public override string ToString() =>
        string.Join('\n', _parts.Where(part => part.Value.Length > 0).Select(part => $"{part.Key}: {part.Value}"));

    private void Add(JsonElement value, string path, bool isSaid)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    // What a chat streams has another name than what it answers.
                    Add(member.Value, $"{path}/{(member.Name == "delta" ? "message" : member.Name)}", s_said.Contains(member.Name));
                }

                break;
            case JsonValueKind.Array:
                var isList = s_lists.Any(name => path.EndsWith($"/{name}", StringComparison.Ordinal));
                var position = 0;
                foreach (var item in value.EnumerateArray())
                {
                    var index = isList && item.ValueKind == JsonValueKind.Object && item.TryGetProperty("index", out var own)
                        ? own.GetInt32()
                        : position;

                    // A stream gives a list of values piece by piece, each from its beginning.
                    Add(item, item.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? $"{path}/{index}" : path, isSaid);
                    position++;
                }

                break;
            case JsonValueKind.String when isSaid:
                _parts.TryAdd(path, new());
                _parts[path].Append(value.GetString());
                break;
            case JsonValueKind.Number when isSaid:
                _parts.TryAdd(path, new());
                _parts[path].Append(value.GetRawText());
                break;
        }
    }
}
