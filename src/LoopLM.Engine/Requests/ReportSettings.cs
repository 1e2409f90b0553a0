using LoopLM.Engine.Errors;
using LoopLM.Engine.Runners;

namespace LoopLM.Engine.Requests;

/// <summary>What a request wants to know beside its tokens. By default nothing, which costs nothing.</summary>
public sealed record ReportSettings
{
    /// <summary>As a number of most probable tokens: the whole vocabulary.</summary>
    public const int AllTokens = -1;

    /// <summary>Whether answers say which tokens an early loop had drafted. Events say so in any case.</summary>
    public bool Drafted { get; init; }

    /// <summary>Whether every token reports its gate probabilities, also where the exit policy reads none.</summary>
    public bool Gates { get; init; }

    /// <summary>
    /// How many of the most probable tokens are reported beside each generated one, 0 for its own log-probability alone, or
    /// <see cref="AllTokens"/>. Null reports nothing.
    /// </summary>
    public int? Logprobs { get; init; }

    /// <summary>Tokens that are reported beside each generated one in any case, where <see cref="Logprobs"/> are.</summary>
    public IReadOnlyCollection<int> LogprobTokens { get; init; } = [];

    /// <summary>
    /// Like <see cref="Logprobs"/>, of every prompt token but the first, which nothing predicts. Every
    /// row of the prompt then goes through the head.
    /// </summary>
    public int? PromptLogprobs { get; init; }

    /// <summary>
    /// How many of the most probable tokens are reported of every loop that a generated token ran. Every loop of
    /// it then goes through the head. 0 reports nothing.
    /// </summary>
    public int LoopLogprobs { get; init; }

    /// <summary>
    /// Whether the same is reported of the loops that a generated token skipped. They run for the report alone, so that the tokens are the
    /// same and each costs all loops. Needs <see cref="LoopLogprobs"/>.
    /// </summary>
    public bool SkippedLoopLogprobs { get; init; }

    /// <summary>What is wrong with the settings; null where nothing is.</summary>
    /// <param name="model">The model that is to report.</param>
    public Rejection? Check(ModelDescription model) =>
        CheckTop("logprobs", Logprobs, model)
        ?? CheckTop("prompt_logprobs", PromptLogprobs, model)
        ?? FieldChecks.Range("return_loop_logprobs", LoopLogprobs, 0, model.VocabularySize)
        ?? (LogprobTokens.Count > 0 && Logprobs is null
            ? Rejection.Invalid("logprob_token_ids", $"{new Field("logprob_token_ids")} needs log-probabilities to be requested.")
            : null)
        ?? (SkippedLoopLogprobs && LoopLogprobs == 0
            ? Rejection.Invalid(
                "return_skipped_loop_logprobs",
                $"{new Field("return_skipped_loop_logprobs")} needs {new Field("return_loop_logprobs")} to be 1 or more.")
            : null)
        ?? (LoopLogprobs > 0 && model.HasCoda
            ? Rejection.Invalid(
                "return_loop_logprobs",
                $"{new Field("return_loop_logprobs")} is not available for this model: "
                    + $"its coda reads the last loop of every earlier token.")
            : null)
        ?? FieldChecks.Tokens("logprob_token_ids", LogprobTokens, model.VocabularySize);

    /// <summary>
    /// The settings as a model can fulfil them: numbers instead of <see cref="AllTokens"/>, gates where it has a gate, no token twice.
    /// </summary>
    public ReportSettings For(ModelDescription model) => this with
    {
        Gates = Gates && model.HasGate,
        Logprobs = Logprobs == AllTokens ? model.VocabularySize : Logprobs,
        LogprobTokens = [.. LogprobTokens.Distinct()],
        PromptLogprobs = PromptLogprobs == AllTokens ? model.VocabularySize : PromptLogprobs,
    };

    private static Rejection? CheckTop(string field, int? top, ModelDescription model) =>
        top is { } count and not AllTokens ? FieldChecks.Range(field, count, 0, model.VocabularySize) : null;
}
