using LoopLM.Engine.Exits;
using LoopLM.Protocol.V1;
using LoopLM.Server.Generations;
using KvLayout = LoopLM.Engine.Kv.KvLayout;

namespace LoopLM.Server.Grpc;

/// <summary>Reads <see cref="GenerateRequest"/>s.</summary>
internal static class GenerateRequests
{
    /// <summary>The request in terms of text. Every token reports its gate probabilities.</summary>
    /// <exception cref="global::Grpc.Core.RpcException">A field is missing, unknown or out of its range.</exception>
    public static TextRequest ToTextRequest(this GenerateRequest request) => new()
    {
        Model = request.Model,
        Prompts =
        [
            request.PromptCase switch
            {
                GenerateRequest.PromptOneofCase.Text => new TextPrompt(request.Text, default),
                GenerateRequest.PromptOneofCase.Tokens => new TextPrompt(null, request.Tokens.Ids.ToArray()),
                _ => throw GrpcErrors.From(new RequestError(RequestErrorKind.MissingField, "prompt", "The prompt is missing: set 'text' or 'tokens'.")),
            },
        ],
        MaxTokens = request switch
        {
            { HasMaxTokens: false } => null,
            { MaxTokens: >= 1 } => (int?)request.MaxTokens,
            _ => throw GrpcErrors.From(new RequestError(RequestErrorKind.InvalidValue, "max_tokens", $"'max_tokens' is {request.MaxTokens}; it must be 1 or more.")),
        },
        Sampling = new SamplingRequest
        {
            Temperature = request.HasTemperature ? request.Temperature : null,
            TopK = request.HasTopK ? request.TopK : null,
            TopP = request.HasTopP ? request.TopP : null,
            MinP = request.HasMinP ? request.MinP : null,
            RepetitionPenalty = request.HasRepetitionPenalty ? request.RepetitionPenalty : null,
            FrequencyPenalty = request.HasFrequencyPenalty ? request.FrequencyPenalty : null,
            PresencePenalty = request.HasPresencePenalty ? request.PresencePenalty : null,
            LogitBias = request.LogitBias.ToDictionary(),
            AllowedTokens = request.AllowedTokenIds.Count > 0 ? request.AllowedTokenIds : null,
            Seed = request.HasSeed ? request.Seed : null,
        },
        Exit = new ExitSettings
        {
            Policy = request.HasExitPolicy ? request.ExitPolicy : null,
            Threshold = request.HasExitThreshold ? request.ExitThreshold : null,
            MinLoops = request.HasMinLoops ? request.MinLoops : null,
            MaxLoops = request.HasMaxLoops ? request.MaxLoops : null,
            Trace = request.ExitTrace.Count > 0 ? (ReadOnlyMemory<int>?)request.ExitTrace.ToArray() : null,
        },
        KvLayout = request.KvLayout switch
        {
            Protocol.V1.KvLayout.Unspecified => null,
            Protocol.V1.KvLayout.LastExited => KvLayout.LastExited,
            Protocol.V1.KvLayout.Shared => KvLayout.Shared,
            _ => throw GrpcErrors.From(new RequestError(RequestErrorKind.InvalidValue, "kv_layout", $"'kv_layout' is {(int)request.KvLayout}; it must be 0, 1 or 2.")),
        },
        Stop = request.Stop,
        StopTokens = request.StopTokenIds,
        IncludeStop = request.IncludeStop,
        MinTokens = request.MinTokens,
        IgnoreEndOfText = request.IgnoreEos,
        SkipSpecialTokens = !request.KeepSpecialTokens,
        BadWords = request.BadWords,
        ReportGates = true,
        Logprobs = request.HasLogprobs ? request.Logprobs : null,
        LoopLogprobs = request.LoopLogprobs,
        SkippedLoopLogprobs = request.SkippedLoopLogprobs,
    };
}
