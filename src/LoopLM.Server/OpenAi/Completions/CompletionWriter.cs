using System.Text.Json;
using LoopLM.Server.Rest.Output;
using LoopLM.Server.TextGeneration;
using LoopLM.Text.Decoding;
using LoopLM.Text.Stopping;

namespace LoopLM.Server.OpenAi.Completions;

/// <summary>Writes completions and chunks of them: the one place that knows their form on the wire.</summary>
/// <param name="request">What was requested.</param>
/// <param name="choices">What is generated.</param>
/// <param name="created">Unix time in seconds.</param>
internal sealed class CompletionWriter(CompletionRequest request, TextChoices choices, long created)
{
    private readonly string _id = $"cmpl-{Guid.NewGuid():N}";
    private readonly TokenText _texts = new(choices.Model.Tokenizer, request.TokensAsIds);

    /// <summary>Writes a whole completion.</summary>
    public void WriteWhole(Utf8JsonWriter json, IReadOnlyList<FinishedText> texts)
    {
        Start(json);
        json.WriteStartArray("choices"u8);
        for (var i = 0; i < texts.Count; i++)
        {
            var (echo, text) = (Echo(i), texts[i]);
            json.WriteStartObject();
            TextEvent[] tokens = [.. text.Tokens];
            WriteChoice(json, i, echo.Text + text.Text,
                request.Logprobs is null ? null : [.. Scored(choices[i], echo), .. Scored(tokens, echo.Length)]);
            WriteTokens(json, tokens, choices[i].Prompt.Span);
            json.WriteFinish(text.End);
            if (request.PromptLogprobs is { } top)
            {
                json.WritePromptLogprobs(_texts, choices[i].Prompt.Span, choices[i].PromptLogprobs, top);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteUsage(choices);
        json.WriteEndObject();
    }

    /// <summary>Writes the chunk that begins a choice with its prompt.</summary>
    public void WriteEcho(Utf8JsonWriter json, int index, PromptEcho echo) =>
        WriteChunk(
            json, index, echo.Text, request.Logprobs is null ? null : Scored(choices[index], echo),
            new TextEvent { Text = "" }, [], choices[index].Prompt.Span);

    /// <summary>Writes the chunk of a token or the end.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="index">Which choice.</param>
    /// <param name="part">What happened to it.</param>
    /// <param name="tokens">The tokens since its last chunk.</param>
    /// <param name="echoed">Characters of the prompt that the choice began with.</param>
    /// <param name="prompt">The prompt's tokens, where this is the choice's first chunk; else none.</param>
    public void WritePart(
        Utf8JsonWriter json, int index, in TextEvent part, ReadOnlySpan<TextEvent> tokens, int echoed, ReadOnlySpan<int> prompt) =>
        WriteChunk(json, index, part.Text, request.Logprobs is null ? null : Scored(tokens, echoed), part, tokens, prompt);

    /// <summary>Writes the chunk that holds the usage and no choice.</summary>
    public void WriteUsage(Utf8JsonWriter json)
    {
        Start(json);
        json.WriteStartArray("choices"u8);
        json.WriteEndArray();
        json.WriteUsage(choices);
        json.WriteEndObject();
    }

    /// <summary>
    /// The text of a choice's prompt, where the request wants it: of one that is ids also special tokens, which it names itself.
    /// </summary>
    public PromptEcho Echo(int index)
    {
        var isText = request.Text.Prompts[index / request.Text.Choices].Text is not null;
        return request.Echo
            ? PromptEcho.Of(
                choices[index].Prompt.Span,
                new StoppingDecoder(choices.Model.Tokenizer, new StopStrings(), isText && request.Text.SkipSpecialTokens))
            : PromptEcho.None;
    }

    private static List<ScoredToken> Scored(TextChoice choice, PromptEcho echo)
    {
        var tokens = new List<ScoredToken>();
        for (var i = 0; i < echo.Offsets.Count; i++)
        {
            tokens.Add(new ScoredToken(choice.Prompt.Span[i], echo.Offsets[i], i == 0 ? null : choice.PromptLogprobs[i - 1]));
        }

        return tokens;
    }

    private static List<ScoredToken> Scored(ReadOnlySpan<TextEvent> tokens, int echoed)
    {
        var scored = new List<ScoredToken>(tokens.Length);
        foreach (ref readonly var token in tokens)
        {
            scored.Add(new ScoredToken(token.Token, echoed + token.TextOffset, token.Logprobs));
        }

        return scored;
    }

    private void WriteChunk(
        Utf8JsonWriter json,
        int index,
        string text,
        List<ScoredToken>? scored,
        in TextEvent part,
        ReadOnlySpan<TextEvent> tokens,
        ReadOnlySpan<int> prompt)
    {
        Start(json);
        json.WriteStartArray("choices"u8);
        json.WriteStartObject();
        WriteChoice(json, index, text, scored);
        WriteTokens(json, tokens, prompt);
        json.WriteFinish(part);
        json.WriteEndObject();
        json.WriteEndArray();
        if (request.Stream.ContinuousUsage)
        {
            json.WriteUsage(choices);
        }
        else if (request.Stream.IncludeUsage)
        {
            json.WriteNull("usage"u8);
        }

        json.WriteEndObject();
    }

    private void Start(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, _id);
        json.WriteString("object"u8, "text_completion"u8);
        json.WriteNumber("created"u8, created);
        json.WriteString("model"u8, choices.Model.Name);
        json.WriteString("system_fingerprint"u8, choices.Model.Fingerprint);
    }

    private void WriteChoice(
        Utf8JsonWriter json, int index, string text, List<ScoredToken>? scored)
    {
        json.WriteNumber("index"u8, index);
        json.WriteString("text"u8, text);
        if (scored is not null && request.Logprobs is { } top)
        {
            CompletionLogprobs.Write(json, _texts, scored, top);
        }
        else
        {
            json.WriteNull("logprobs"u8);
        }
    }

    private void WriteTokens(Utf8JsonWriter json, ReadOnlySpan<TextEvent> tokens, ReadOnlySpan<int> prompt)
    {
        json.WriteLoops(tokens, request.Text, _texts);
        if (!request.ReturnTokenIds)
        {
            return;
        }

        json.WriteTokenIds(tokens);
        if (!prompt.IsEmpty)
        {
            json.WriteTokens("prompt_token_ids"u8, prompt);
        }
    }
}
