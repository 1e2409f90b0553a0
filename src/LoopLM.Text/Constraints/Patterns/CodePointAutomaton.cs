namespace LoopLM.Text.Constraints.Patterns;

/// <summary>A deterministic automaton over code points. It begins in state 0, and every state leads to one that accepts.</summary>
internal sealed record CodePointAutomaton(IReadOnlyList<CodePointAutomaton.State> States)
{
    /// <summary>A state; the sets of its moves have no code point in common.</summary>
    internal sealed record State(bool Accepts, IReadOnlyList<(CodePointSet Set, int Target)> Moves);
}
