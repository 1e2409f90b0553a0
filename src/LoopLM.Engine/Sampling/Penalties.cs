namespace LoopLM.Engine.Sampling;

/// <summary>
/// Makes tokens that came before less likely. First the repetition penalty r of the tokens of prompt and output (CTRL, Keskar et al. 2019, section 4.1:
/// x / r where x > 0, else x * r), then those of the output alone: x - frequency * count - presence.
/// </summary>
internal sealed class Penalties : ILogitProcessor
{
    private readonly float _repetition;
    private readonly float _frequency;
    private readonly float _presence;
    private readonly Dictionary<int, int> _counts = [];

    /// <summary>Creates the processor.</summary>
    /// <param name="settings">The penalties.</param>
    /// <param name="prompt">The prompt, whose tokens count as repeated and not as output.</param>
    public Penalties(SamplingSettings settings, ReadOnlySpan<int> prompt)
    {
        (_repetition, _frequency, _presence) = (settings.RepetitionPenalty, settings.FrequencyPenalty, settings.PresencePenalty);
        if (_repetition != 1)
        {
            foreach (var token in prompt)
            {
                _counts[token] = 0;
            }
        }
    }

    public void Process(Span<float> logits)
    {
        foreach (var (token, count) in _counts)
        {
            ref var logit = ref logits[token];
            logit = logit > 0 ? logit / _repetition : logit * _repetition;
            if (count > 0)
            {
                logit -= (_frequency * count) + _presence;
            }
        }
    }

    public void Accept(int token) => _counts[token] = _counts.GetValueOrDefault(token) + 1;
}
