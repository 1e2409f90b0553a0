using System.Net;
using System.Text.Json;

namespace LoopLM.Server.Tests.OpenAi;

/// <summary>Posts bodies of random fields, and checks that each is answered in full or refused.</summary>
internal static class RandomBodies
{
    private const int Rounds = 300;

    private static readonly string[] s_numbers =
        ["0", "1", "2", "0.5", "-1", "-0.0", "3", "20", "64", "2147483647", "-2147483648", "4294967296",
            "9007199254740993", "9223372036854775807", "1e308", "-1e308", "1e-40", "1e999"];

    private static readonly string[] s_others =
    [
        "null", "true", "false", "\"\"", "\"a\"", "\"q-exit\"", "\"fixed\"", "\"shared\"", "\"required\"",
        "[]", "{}", "[1]", "[104,256]", "[-1]", "[\"a\",\"\\ud83d\\ude00\"]", "[[1],[2,3]]",
        "{\"104\":-100}", "{\"256\":100,\"5\":1.5}", "{\"include_usage\":true}",
        "{\"type\":\"json_object\"}", "{\"regex\":\"(a|b)*\"}", "{\"enable_thinking\":false}",
    ];

    /// <summary>
    /// Posts many bodies: every other one with a few fields of any value, the others with many of values that most
    /// of them take, so that combinations reach the engine.
    /// </summary>
    /// <param name="server">The server.</param>
    /// <param name="path">The route.</param>
    /// <param name="seed">Decides the bodies.</param>
    /// <param name="begin">The fields that every body begins with.</param>
    /// <param name="fields">Fields for any value.</param>
    /// <param name="sound">Fields with the values that they take.</param>
    public static async Task PostAsync(
        ServerHarness server, string path, int seed, string begin, string[] fields, (string Field, string[] Values)[] sound)
    {
        var random = new Random(seed);
        server.Runner.Certainty = 3;
        var answered = 0;
        var refusals = new List<string>();
        for (var round = 0; round < Rounds; round++)
        {
            var chosen = round % 2 == 0
                ? Pick(random, fields, 3).Select(field => (field, random.Next(2) == 0 ? Any(random, s_numbers) : Any(random, s_others)))
                : Pick(random, sound, 12).Select(field => (field.Field, Any(random, field.Values)));
            var body =
                $"{{{begin},{string.Join(',', chosen.Where(field => !begin.Contains($"\"{field.Item1}\"", StringComparison.Ordinal)).Select(field => $"\"{field.Item1}\":{field.Item2}").DefaultIfEmpty("\"user\":null"))}}}";
            using var response = await server.Rest.PostAsync(path, ServerHarness.Json(body));
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(
                response.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest or HttpStatusCode.NotFound, $"{body} gave {text}");
            Assert.True(response.StatusCode != HttpStatusCode.OK || IsComplete(text), $"{body} gave {text}");
            answered += response.StatusCode == HttpStatusCode.OK ? 1 : 0;
            refusals.Add(response.StatusCode == HttpStatusCode.OK
                ? ""
                : JsonElement.Parse(text).GetProperty("error").GetProperty("message").GetString()!);
        }

        Assert.True(
            answered > Rounds / 4,
            $"only {answered} requests were answered: {string.Join('\n', refusals.CountBy(each => each).OrderByDescending(each => each.Value).Take(3))}");
    }

    private static string Any(Random random, string[] values) => values[random.Next(values.Length)];

    private static IEnumerable<T> Pick<T>(Random random, T[] from, int most)
    {
        var shuffled = from.ToArray();
        random.Shuffle(shuffled);
        return shuffled.Take(random.Next(1, most + 1));
    }

    /// <summary>
    /// Whether every choice of an answer, whole or streamed, ends with one of the reasons that
    /// clients know; an error event breaks a stream off.
    /// </summary>
    private static bool IsComplete(string text)
    {
        var streamed = text.StartsWith("data: ", StringComparison.Ordinal);
        var events = streamed
            ? text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(each => each["data: ".Length..]).ToList()
            : [text, "[DONE]"];
        var choices = events[..^1].SelectMany(each => JsonElement.Parse(each).GetProperty("choices").EnumerateArray()).ToList();
        var reasons = choices.GroupBy(choice => choice.GetProperty("index").GetInt32(), choice =>
            choice.GetProperty("finish_reason").GetString());
        return events[^1] == "[DONE]" && choices.Count > 0
            && reasons.All(each => each.Count(reason => reason is not null) == 1 && each.Last() is "stop" or "length" or "tool_calls");
    }
}
