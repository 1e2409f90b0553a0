namespace LoopLM.Server.Replies.Calls;

/// <summary>
/// Reads the calls after a mark, character by character, so that no result depends on how the text is cut.
/// What it has read is a call from the moment at which it tells <see cref="CallParts"/> of one; before, it may still be text.
/// </summary>
/// <param name="calls">Receives calls and their arguments.</param>
internal abstract class CallReader(CallParts calls)
{
    /// <summary>Characters of a name, at most.</summary>
    protected const int MaxNameLength = 256;

    /// <summary>
    /// Characters after the last call that may still be the beginning of a mark. They belong to the answer where they are none.
    /// </summary>
    public string Held { get; private set; } = "";

    protected CallParts Calls { get; } = calls;

    /// <summary>Reads one more character.</summary>
    public abstract CallStep Read(char next);

    /// <summary>Ends the text. A call that has begun is completed where only its end is missing.</summary>
    /// <param name="isCut">Whether a limit ended the text, so that nothing may be completed.</param>
    public virtual void End(bool isCut)
    {
    }

    /// <summary>Reads what follows the last call: white space, and a mark that ends calls.</summary>
    protected CallStep ReadBehind(char next, params ReadOnlySpan<string> marks)
    {
        if (Held.Length == 0 && char.IsWhiteSpace(next))
        {
            return CallStep.More;
        }

        var held = Held + next;
        foreach (var mark in marks)
        {
            if (mark == held)
            {
                Held = "";
                return CallStep.Done;
            }

            if (mark.StartsWith(held, StringComparison.Ordinal))
            {
                Held = held;
                return CallStep.More;
            }
        }

        return CallStep.Over;
    }
}
