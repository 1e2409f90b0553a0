namespace LoopLM.Text.Stopping;

/// <summary>
/// Looks for stop strings in a text that comes in parts. Text is withheld while it could still be the beginning of a stop string.
/// One text, one thread.
/// </summary>
/// <remarks>
/// The stop string that is complete first wins; of those complete at the same char, the longest, which begins earliest.
/// That is when vLLM stops if every token is one char, and it does not depend on how the text is cut into parts.
/// </remarks>
/// <param name="stops">The strings.</param>
/// <param name="includeMatch">Whether the stop string that ends the text is part of it.</param>
internal sealed class StopMatcher(StopStrings stops, bool includeMatch = false)
{
    private int _state = StopStrings.Start;
    private string _withheld = "";

    /// <summary>The stop string found; null while there is none.</summary>
    public string? Match { get; private set; }

    /// <summary>Appends a part of the text.</summary>
    /// <returns>Text that is certain to be handed out and was not given before; nothing once there was a <see cref="Match"/>.</returns>
    public string Append(string text)
    {
        if (Match is not null)
        {
            return "";
        }

        var pending = _withheld + text;
        for (var end = _withheld.Length; end < pending.Length;)
        {
            _state = stops.Next(_state, pending[end++]);
            if (stops.Match(_state) is { } match)
            {
                Match = match;
                _withheld = "";
                return pending[..(includeMatch ? end : end - match.Length)];
            }
        }

        var certain = pending.Length - stops.Depth(_state);
        _withheld = pending[certain..];
        return pending[..certain];
    }

    /// <summary>Ends the text.</summary>
    /// <returns>What was withheld: it begins a stop string that does not come.</returns>
    public string Flush()
    {
        var withheld = _withheld;
        _withheld = "";
        _state = StopStrings.Start;
        return withheld;
    }
}
