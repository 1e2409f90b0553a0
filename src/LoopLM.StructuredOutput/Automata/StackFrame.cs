namespace LoopLM.StructuredOutput.Automata;

/// <summary>The top of a stack: where a call returns to, or the count of a repetition or a measure.</summary>
/// <param name="Place">The instruction behind the call, the repetition, or the measure.</param>
/// <param name="Count">Runs of the repetition's body that have ended, or code points of the measure; -1 for a call.</param>
/// <param name="Below">The rest of the stack; 0 for none.</param>
internal readonly record struct StackFrame(int Place, int Count, int Below);
