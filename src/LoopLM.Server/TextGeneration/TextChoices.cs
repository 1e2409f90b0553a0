using System.Text;
using LoopLM.Engine.Requests;
using LoopLM.Server.Models;

namespace LoopLM.Server.TextGeneration;

/// <summary>
/// The generations of one request: for each prompt in order, as many as were requested. One reader. Disposing it cancels what still runs.
/// </summary>
/// <param name="model">The model that answers.</param>
/// <param name="generations">Prompt by prompt.</param>
/// <param name="perPrompt">Generations of each prompt.</param>
/// <param name="signal">Set after every event of them.</param>
internal sealed class TextChoices(ServedModel model, TextChoice[] generations, int perPrompt, EventSignal signal) : IDisposable
{
    private CancellationTokenRegistration _cancellation;
    private int _left = generations.Length;
    private int _last = -1;

    /// <summary>The model that answers.</summary>
    public ServedModel Model { get; } = model;

    public int Count => generations.Length;

    public TextChoice this[int index] => generations[index];

    /// <summary>Called once nobody reads them any more.</summary>
    public Action? Disposed { get; set; }

    /// <summary>Whether an error was read.</summary>
    public bool HaveFailed { get; private set; }

    /// <summary>Whether the end of every generation was read.</summary>
    public bool HaveEnded => _left == 0;

    /// <summary>Bytes of the events that wait to be read, if they are like the last ones.</summary>
    public long UnreadBytes => generations.Sum(each => each.UnreadBytes);

    /// <summary>Tokens of all prompts, each counted once.</summary>
    public int PromptTokens => generations.Where((_, index) => index % perPrompt == 0).Sum(each => each.Prompt.Length);

    /// <summary>Tokens generated so far, stop tokens included.</summary>
    public int CompletionTokens => generations.Sum(each => each.CompletionTokens);

    /// <summary>Those of the prompts that were not computed, because an earlier request had.</summary>
    public int CachedPromptTokens => generations.Where((_, index) => index % perPrompt == 0).Sum(each => each.CachedPromptTokens);

    /// <summary>Those of them that come after a token that left early.</summary>
    public int AsGeneratedPromptTokens => generations.Where((_, index) => index % perPrompt == 0).Sum(each => each.AsGeneratedPromptTokens);

    /// <summary>Tokens drafted so far by early loops.</summary>
    public int DraftTokens => generations.Sum(each => each.DraftTokens);

    /// <summary>Those that were accepted.</summary>
    public int AcceptedDraftTokens => generations.Sum(each => each.AcceptedDraftTokens);

    /// <summary>Loops that they ran together.</summary>
    public long LoopSteps => generations.Sum(each => each.LoopSteps);

    /// <summary>Mean exit step of the tokens generated so far; 0 before the first.</summary>
    public double MeanExitStep => CompletionTokens == 0 ? 0 : (double)LoopSteps / CompletionTokens;

    /// <summary>The next event of any generation, if one is there already; the generations take turns.</summary>
    /// <param name="index">Which generation.</param>
    /// <param name="next">Its event.</param>
    public bool TryRead(out int index, out TextEvent next)
    {
        for (var step = 1; step <= generations.Length; step++)
        {
            index = (_last + step) % generations.Length;
            if (!generations[index].HasEnded && generations[index].TryRead(out next))
            {
                _last = index;
                _left -= next.IsEnd ? 1 : 0;
                HaveFailed |= next.Error is not null;
                return true;
            }
        }

        (index, next) = (-1, default);
        return false;
    }

    /// <summary>The next event of any generation. Nothing may be read after the last end.</summary>
    public async ValueTask<(int Index, TextEvent Next)> ReadAsync(CancellationToken cancellationToken)
    {
        int index;
        TextEvent next;
        while (!TryRead(out index, out next))
        {
            await WaitAsync(cancellationToken);
        }

        return (index, next);
    }

    /// <summary>Waits until <see cref="TryRead"/> may give something; allocates nothing. Not after the last end.</summary>
    /// <param name="cancellationToken">Ends the wait; the same at every call.</param>
    public ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (HaveEnded)
        {
            throw new InvalidOperationException("The generations have ended already.");
        }

        if (_cancellation.Token != cancellationToken)
        {
            _cancellation.Dispose();
            _cancellation = cancellationToken.UnsafeRegister(static signal => ((EventSignal)signal!).Set(), signal);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return signal.WaitAsync();
    }

    /// <summary>Reads every generation to its end, or all of them to the first error, which is then the last.</summary>
    public async Task<IReadOnlyList<FinishedText>> ReadToEndAsync(CancellationToken cancellationToken)
    {
        var parts = Array.ConvertAll(generations, _ => (Text: new StringBuilder(), Tokens: new List<TextEvent>()));
        var texts = new FinishedText[generations.Length];
        while (!HaveEnded)
        {
            var (index, next) = await ReadAsync(cancellationToken);
            var (text, tokens) = parts[index];
            text.Append(next.Text);
            if (!next.IsEnd)
            {
                tokens.Add(next);
                continue;
            }

            texts[index] = new FinishedText(text.ToString(), tokens, next);
            if (next.Error is not null)
            {
                return [texts[index]];
            }
        }

        return texts;
    }

    public void Dispose()
    {
        _cancellation.Dispose();
        foreach (var generation in generations)
        {
            generation.Dispose();
        }

        Disposed?.Invoke();
    }
}
