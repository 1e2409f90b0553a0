using LoopLM.Engine.Errors;
using LoopLM.Protocol.V1;
using LoopLM.Server.Errors;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.Grpc;

/// <summary>Reads <see cref="GenerateRequest"/>s.</summary>
internal static class GenerateRequests
{
    private const string MaxTokens = "max_tokens";

    /// <summary>The request in terms of text, or what is wrong with it. Every token reports its gate probabilities.</summary>
    public static Result<TextRequest> Read(GenerateRequest request)
    {
        var fields = new GrpcFields(request);
        if (ReadPrompt(request) is not { } prompt)
        {
            return new RequestError(RequestErrorKind.MissingField, "prompt", "The prompt is missing: set 'text' or 'tokens'.");
        }

        var text = SettingReader.Read(fields);
        var maxTokens = fields.Integer(MaxTokens);
        if (maxTokens < 1)
        {
            fields.Report(RequestError.Invalid(MaxTokens, $"{new Field(MaxTokens)} is {maxTokens}; it must be 1 or more."));
        }

        return fields.Error is { } error ? error : text with
        {
            Prompts = [prompt],
            Prompt = text.Prompt with { AddSpecialTokens = fields.Flag("add_special_tokens") ?? true },
            MaxTokens = maxTokens,
            Reports = text.Reports with { Gates = true, Logprobs = fields.Integer("logprobs") },
        };
    }

    private static TextPrompt? ReadPrompt(GenerateRequest request) => request.PromptCase switch
    {
        GenerateRequest.PromptOneofCase.Text => new TextPrompt(request.Text, default),
        GenerateRequest.PromptOneofCase.Tokens => new TextPrompt(null, request.Tokens.Ids.ToArray()),
        _ => null,
    };
}
