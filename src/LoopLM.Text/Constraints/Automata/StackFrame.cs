namespace LoopLM.Text.Constraints.Automata;

/// <summary>The top of a stack: where a call returns to, or the count of a repetition.</summary>
/// <param name="Place">The instruction behind the call, or the repetition.</param>
/// <param name="Count">Runs of the repetition's body that have ended; -1 for a call.</param>
/// <param name="Below">The rest of the stack; 0 for none.</param>
internal readonly record struct StackFrame(int Place, int Count, int Below);
