using System.Globalization;
using System.Net;
using System.Text.Json;

namespace LoopLM.Server.Tests.OpenAi;

/// <summary>Fields in any combination, with values from the edges of every type: each request is answered or refused, and none breaks the server.</summary>
public sealed class FuzzTests
{
    private static readonly string[] Numbers =
        ["0", "1", "2", "0.5", "-1", "-0.0", "3", "20", "64", "2147483647", "-2147483648", "4294967296", "9007199254740993", "9223372036854775807", "1e308", "-1e308", "1e-40", "1e999"];

    private static readonly string[] Others =
    [
        "null", "true", "false", "\"\"", "\"a\"", "\"q-exit\"", "\"fixed\"", "\"shared\"", "[]", "{}", "[1]", "[104,256]", "[-1]", "[\"a\",\"\\ud83d\\ude00\"]", "[[1],[2,3]]",
        "{\"104\":-100}", "{\"256\":100,\"5\":1.5}", "{\"include_usage\":true}",
    ];

    private static readonly string[] Fields =
    [
        "model", "max_tokens", "min_tokens", "temperature", "top_p", "top_k", "min_p", "n", "best_of", "seed", "stop", "stream", "stream_options", "logprobs",
        "prompt_logprobs", "echo", "suffix", "logit_bias", "presence_penalty", "frequency_penalty", "repetition_penalty", "ignore_eos", "stop_token_ids",
        "include_stop_str_in_output", "skip_special_tokens", "add_special_tokens", "allowed_token_ids", "bad_words", "return_token_ids",
        "return_tokens_as_token_ids", "return_gate_probabilities", "return_loop_logprobs", "return_skipped_loop_logprobs", "exit_policy", "exit_threshold",
        "min_loops", "max_loops", "exit_trace", "kv_layout", "response_format",
    ];

    /// <summary>Values that most of the fields take, so that combinations of them reach the engine.</summary>
    private static readonly (string Field, string[] Values)[] Sound =
    [
        ("max_tokens", ["1", "5", "20"]), ("min_tokens", ["0", "1"]), ("temperature", ["0", "1", "2"]), ("top_p", ["0.5", "1"]), ("top_k", ["-1", "3"]), ("min_p", ["0", "0.2"]),
        ("n", ["1", "3"]), ("seed", ["-1", "7"]), ("stop", ["\"l\"", "[\"wö\",\"d\"]"]), ("stream", ["true", "false"]), ("logprobs", ["0", "3"]), ("echo", ["true", "false"]),
        ("logit_bias", ["{\"104\":-100}", "{\"256\":100}"]), ("presence_penalty", ["-2", "2"]), ("frequency_penalty", ["-2", "2"]), ("repetition_penalty", ["0.5", "2"]),
        ("ignore_eos", ["true"]), ("stop_token_ids", ["[104]", "[256,108]"]), ("include_stop_str_in_output", ["true"]), ("skip_special_tokens", ["false"]),
        ("allowed_token_ids", ["[104,108,256]"]), ("bad_words", ["[\"hé\"]"]), ("return_token_ids", ["true"]), ("return_gate_probabilities", ["true"]),
        ("return_loop_logprobs", ["2"]), ("exit_policy", ["\"fixed\"", "\"act\"", "\"hidden-delta\""]), ("min_loops", ["1", "2"]), ("max_loops", ["2", "6"]), ("kv_layout", ["\"shared\""]),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Post_AnyFields_AreAnsweredOrRefused(int seed)
    {
        var random = new Random(seed);
        await using var server = await ServerHarness.StartAsync();
        server.Runner.Certainty = 3;
        var answered = 0;

        for (var round = 0; round < 300; round++)
        {
            var body = round % 2 == 0 ? AnyBody(random) : SoundBody(random);
            using var response = await server.PostAsync(body);
            var text = await response.Content.ReadAsStringAsync();
            Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest or HttpStatusCode.NotFound, $"{body} gave {text}");
            answered += response.StatusCode == HttpStatusCode.OK ? 1 : 0;
            Assert.True(response.StatusCode != HttpStatusCode.OK || IsComplete(text), $"{body} gave {text}");
        }

        Assert.True(answered > 100, $"only {answered} requests were answered");
    }

    private static string AnyBody(Random random) =>
        Body(Pick(random, Fields, 3).Select(field => (field, random.Next(2) == 0 ? Numbers[random.Next(Numbers.Length)] : Others[random.Next(Others.Length)])));

    private static string SoundBody(Random random) =>
        Body(Pick(random, Sound, 12).Select(field => (field.Field, field.Values[random.Next(field.Values.Length)])));

    private static IEnumerable<T> Pick<T>(Random random, T[] from, int most)
    {
        var shuffled = from.ToArray();
        random.Shuffle(shuffled);
        return shuffled.Take(random.Next(1, most + 1));
    }

    private static string Body(IEnumerable<(string Field, string Value)> fields) =>
        $"{{\"prompt\":\"abc\",{string.Join(',', fields.Select(field => string.Create(CultureInfo.InvariantCulture, $"\"{field.Field}\":{field.Value}")))}}}";

    /// <summary>Whether every choice of an answer, whole or streamed, ends with one of the reasons that clients know; an error event breaks a stream off.</summary>
    private static bool IsComplete(string text)
    {
        if (text.StartsWith("data: ", StringComparison.Ordinal))
        {
            var events = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(each => each["data: ".Length..]).ToList();
            return events[^1] == "[DONE]" && StreamedChoices.Join(events).TrueForAll(choice => choice["finish_reason"]!.GetValue<string>() is "stop" or "length");
        }

        return JsonElement.Parse(text).GetProperty("choices").EnumerateArray().All(choice => choice.GetProperty("finish_reason").GetString() is "stop" or "length");
    }
}
