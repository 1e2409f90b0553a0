namespace LoopLM.StructuredOutput.Patterns;

/// <summary>A deterministic automaton as a table of its moves by state and letter.</summary>
/// <param name="alphabet">The letters.</param>
internal sealed class AutomatonTable(Alphabet alphabet)
{
    /// <summary>In place of a state: no text goes on there.</summary>
    public const int Nowhere = -1;

    private readonly List<int[]> _rows = [];
    private readonly List<bool> _accepts = [];

    /// <summary>The letters.</summary>
    public Alphabet Alphabet => alphabet;

    /// <summary>How many states there are.</summary>
    public int Count => _rows.Count;

    /// <summary>Adds a state that goes nowhere.</summary>
    /// <param name="accepts">Whether a text may end there.</param>
    /// <returns>Where each letter leads, to be filled.</returns>
    public int[] Add(bool accepts)
    {
        var row = new int[alphabet.Letters.Count];
        Array.Fill(row, Nowhere);
        _rows.Add(row);
        _accepts.Add(accepts);
        return row;
    }

    /// <summary>Adds the states of an automaton, whose sets the alphabet tells apart.</summary>
    public void Add(CodePointAutomaton automaton)
    {
        foreach (var (accepts, moves) in automaton.States)
        {
            var row = Add(accepts);
            foreach (var (set, target) in moves)
            {
                foreach (var letter in alphabet.Of(set))
                {
                    row[letter] = target;
                }
            }
        }
    }

    /// <summary>Where each letter leads.</summary>
    public int[] Row(int state) => _rows[state];

    /// <summary>Whether a text may end in a state.</summary>
    public bool Accepts(int state) => _accepts[state];
}
