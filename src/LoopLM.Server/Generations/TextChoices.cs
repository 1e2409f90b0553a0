using LoopLM.Server.Hosting;

namespace LoopLM.Server.Generations;

/// <summary>The generations of one request: for each prompt in order, as many as were asked for. One reader. Disposing it cancels what still runs.</summary>
/// <param name="model">The model that answers.</param>
/// <param name="generations">Prompt by prompt.</param>
/// <param name="perPrompt">Generations of each prompt.</param>
internal sealed class TextChoices(ServedModel model, IReadOnlyList<TextGeneration> generations, int perPrompt) : IDisposable
{
    private readonly Task<bool>?[] _waits = new Task<bool>?[generations.Count];
    private int _left = generations.Count;
    private int _last = -1;

    /// <summary>The model that answers.</summary>
    public ServedModel Model { get; } = model;

    public int Count => generations.Count;

    public TextGeneration this[int index] => generations[index];

    /// <summary>Whether the end of every generation was read.</summary>
    public bool HaveEnded => _left == 0;

    /// <summary>Tokens of all prompts, each counted once.</summary>
    public int PromptTokens => generations.Where((_, index) => index % perPrompt == 0).Sum(each => each.Prompt.Length);

    /// <summary>Tokens generated so far, stop tokens included.</summary>
    public int CompletionTokens => generations.Sum(each => each.CompletionTokens);

    /// <summary>Loops that they ran together.</summary>
    public long LoopSteps => generations.Sum(each => each.LoopSteps);

    /// <summary>Mean exit step of the tokens generated so far; 0 before the first.</summary>
    public double MeanExitStep => CompletionTokens == 0 ? 0 : (double)LoopSteps / CompletionTokens;

    /// <summary>The next event of any generation, if one is there already; the generations take turns.</summary>
    /// <param name="index">Which generation.</param>
    /// <param name="next">Its event.</param>
    public bool TryRead(out int index, out TextEvent next)
    {
        for (var step = 1; step <= generations.Count; step++)
        {
            index = (_last + step) % generations.Count;
            if (!generations[index].HasEnded && generations[index].TryRead(out next))
            {
                _last = index;
                _left -= next.IsEnd ? 1 : 0;
                return true;
            }
        }

        (index, next) = (-1, default);
        return false;
    }

    /// <summary>The next event of any generation. Nothing may be read behind the last end.</summary>
    public async ValueTask<(int Index, TextEvent Next)> ReadAsync(CancellationToken cancellationToken)
    {
        int index;
        TextEvent next;
        while (!TryRead(out index, out next))
        {
            if (HaveEnded)
            {
                throw new InvalidOperationException("The generations have ended already.");
            }

            await (generations.Count == 1 ? generations[0].WaitToReadAsync(cancellationToken) : WaitForAnyAsync(cancellationToken));
        }

        return (index, next);
    }

    /// <summary>Reads every generation to its end, or to the first error, behind which the others do not matter.</summary>
    public async Task<IReadOnlyList<FinishedText>> ReadToEndAsync(CancellationToken cancellationToken)
    {
        var texts = new List<FinishedText>();
        foreach (var generation in generations)
        {
            texts.Add(await generation.ReadToEndAsync(cancellationToken));
            if (texts[^1].End.Error is not null)
            {
                break;
            }
        }

        return texts;
    }

    public void Dispose()
    {
        foreach (var generation in generations)
        {
            generation.Dispose();
        }
    }

    /// <summary>A wait that another generation's event has ended goes on at the next call, so that each generation has at most one.</summary>
    private async ValueTask<bool> WaitForAnyAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < _waits.Length; i++)
        {
            _waits[i] = generations[i].HasEnded ? null
                : _waits[i] is { IsCompleted: false } pending ? pending
                : generations[i].WaitToReadAsync(cancellationToken).AsTask();
        }

        return await await Task.WhenAny(_waits.OfType<Task<bool>>());
    }
}
