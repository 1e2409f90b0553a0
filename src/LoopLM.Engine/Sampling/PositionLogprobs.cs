namespace LoopLM.Engine.Sampling;

/// <summary>
/// What the model says about the token at one position, from its raw logits: before bias, penalties, bans, temperature and filters,
/// so that the numbers are the model's own and a prompt can be scored with any settings.
/// </summary>
/// <param name="Logprob">Of the token that is there.</param>
/// <param name="Rank">1 for the most probable token of the vocabulary; tokens that are equally probable share their rank.</param>
/// <param name="Top">The most probable tokens, as many as were requested, most probable first; the smaller id where two are equal.</param>
public sealed record PositionLogprobs(float Logprob, int Rank, IReadOnlyList<TokenLogprob> Top)
{
    /// <summary>Tokens that the request names, in its order, without those of <see cref="Top"/>.</summary>
    public IReadOnlyList<TokenLogprob> Named { get; init; } = [];
}
