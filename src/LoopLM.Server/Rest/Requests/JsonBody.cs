using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using LoopLM.Checkpoints.Json;
using LoopLM.Server.Errors;
using LoopLM.Server.Rest.Errors;

namespace LoopLM.Server.Rest.Requests;

/// <summary>Parses bodies: strict JSON in UTF-8, whose problems are reported by their place.</summary>
internal static class JsonBody
{
    /// <summary>Arrays and objects within each other, at most.</summary>
    public const int MaxDepth = 64;

    /// <summary>Parses one JSON object, or says what is wrong.</summary>
    /// <param name="body">The bytes; they must not change while the document lives.</param>
    /// <param name="document">The object.</param>
    /// <param name="error">What is wrong.</param>
    public static bool TryParse(
        ReadOnlyMemory<byte> body, [NotNullWhen(true)] out JsonDocument? document, [NotNullWhen(false)] out OpenAiError? error)
    {
        document = null;
        error = FindEncodingProblem(body.Span);
        if (error is not null)
        {
            return false;
        }

        if (body.Span.StartsWith(Encoding.UTF8.Preamble))
        {
            body = body[Encoding.UTF8.Preamble.Length..];
        }

        error = FindProblem(body.Span);
        if (error is null)
        {
            document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return true;
            }

            error = OpenAiErrors.MalformedJson($"it is {NameOf(document.RootElement.ValueKind)}.");
            document.Dispose();
            document = null;
        }

        return false;
    }

    private static OpenAiError? FindEncodingProblem(ReadOnlySpan<byte> body)
    {
        if (body is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] or [0, _, ..] or [_, 0, ..])
        {
            return OpenAiErrors.NotUtf8("it looks like UTF-16 or UTF-32. Send it as UTF-8.");
        }

        if (Utf8.IsValid(body))
        {
            return null;
        }

        var at = 0;
        while (Rune.DecodeFromUtf8(body[at..], out _, out var length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }

        return OpenAiErrors.NotUtf8($"byte {at + 1} is 0x{body[at]:X2}, which begins no character.");
    }

    private static OpenAiError? FindProblem(ReadOnlySpan<byte> body)
    {
        var walk = new JsonWalk();
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            while (reader.Read())
            {
                if (walk.Step(ref reader) is { } found)
                {
                    return found is { Field: { } field, Problem: var problem }
                        ? OpenAiErrors.From(new RequestError(RequestErrorKind.InvalidValue, field, $"'{field}' {problem}"))
                        : OpenAiErrors.MalformedJson($"{JsonPlace.At(body, (int)reader.TokenStartIndex)}: {found.Problem}");
                }
            }

            return null;
        }
        catch (JsonException exception)
        {
            var at = JsonPlace.OffsetOf(body, exception.LineNumber ?? 0, exception.BytePositionInLine ?? 0);
            return OpenAiErrors.MalformedJson(JsonSyntax.Explain(body, at, reader.CurrentDepth, reader.TokenType, MaxDepth));
        }
    }

    private static string NameOf(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
