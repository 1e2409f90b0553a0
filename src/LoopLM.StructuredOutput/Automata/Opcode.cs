namespace LoopLM.StructuredOutput.Automata;

/// <summary>What an <see cref="Instruction"/> does. All but <see cref="Bytes"/> read nothing.</summary>
internal enum Opcode
{
    /// <summary>Ends a rule: goes on where the frame on top of the stack says, or accepts where there is none.</summary>
    Return,

    /// <summary>Reads one byte of set A, then goes on at B.</summary>
    Bytes,

    /// <summary>Goes on at A, and at B.</summary>
    Split,

    /// <summary>Goes on at A.</summary>
    Jump,

    /// <summary>Runs the rule at A, then goes on at B.</summary>
    Call,

    /// <summary>Starts the repetition at A with a count of 0 on the stack.</summary>
    Begin,

    /// <summary>Runs the body at A while the count is below Max (-1: always), or leaves to B where it is at least Min.</summary>
    Repeat,

    /// <summary>Ends one run of the body of the repetition at A.</summary>
    Again,

    /// <summary>Runs the automaton at A with a count of 0 on the stack, then goes on at B; measure Min says how long its texts may be.</summary>
    Measure,

    /// <summary>Ends a code point of the automaton of the measure at B: counts it and goes on at A, which is state Min of the automaton.</summary>
    Tally,

    /// <summary>
    /// Goes on at A, where a text is within characters that come one after the other as they like: every plain one leads back here.
    /// B says what counts them, if anything: <see cref="Repeat"/>, or <see cref="Measure"/> with state Min of the automaton, which may end.
    /// </summary>
    Free,

    /// <summary>Leaves the automaton of the measure at A where its text is long enough.</summary>
    Total,
}
