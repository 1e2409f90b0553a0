namespace LoopLM.Engine.Sampling;

/// <summary>
/// Makes tokens that came before less likely. First the repetition penalty r of the tokens of prompt and output (CTRL, Keskar et al. 2019,
/// section 4.1: x / r where x > 0, else x * r), then those of the output alone: x - frequency * count - presence.
/// </summary>
internal sealed class Penalties : ILogitsProcessor
{
    private readonly float _repetition;
    private readonly float _frequency;
    private readonly float _presence;
    private readonly TokenTail _output = new(length: 0);

    // How often each token came in the output, and whether it came in the prompt.
    private readonly Dictionary<int, (int Count, bool IsPrompt)> _seen = [];

    /// <summary>Creates the processor.</summary>
    /// <param name="settings">The penalties.</param>
    /// <param name="prompt">The prompt, whose tokens count as repeated and not as output.</param>
    public Penalties(SamplingSettings settings, ReadOnlySpan<int> prompt)
    {
        (_repetition, _frequency, _presence) =
            (settings.RepetitionPenalty ?? 1, settings.FrequencyPenalty ?? 0, settings.PresencePenalty ?? 0);
        if (_repetition != 1)
        {
            foreach (var token in prompt)
            {
                _seen[token] = (0, true);
            }
        }
    }

    public void Process(Span<float> logits, int drafts)
    {
        Add(-1, drafts);
        foreach (var (token, (count, isPrompt)) in _seen)
        {
            if (count > 0 || isPrompt)
            {
                ref var logit = ref logits[token];
                logit = logit > 0 ? logit / _repetition : logit * _repetition;
                logit -= count > 0 ? (_frequency * count) + _presence : 0;
            }
        }

        Add(1, drafts);
    }

    public void Accept(int token)
    {
        _output.Add(token);
        Count(token, 1);
    }

    public void Rewind(int count)
    {
        for (; count > 0; count--)
        {
            Count(_output.RemoveLast(), -1);
        }
    }

    /// <summary>Changes the counts of the newest tokens.</summary>
    private void Add(int change, int tokens)
    {
        for (var back = 0; back < tokens; back++)
        {
            Count(_output[back], change);
        }
    }

    private void Count(int token, int change)
    {
        var (count, isPrompt) = _seen.GetValueOrDefault(token);
        _seen[token] = (count + change, isPrompt);
    }
}
