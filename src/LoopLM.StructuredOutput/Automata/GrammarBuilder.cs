namespace LoopLM.StructuredOutput.Automata;

/// <summary>
/// Writes a grammar's instructions from the end to the beginning: every method takes the place where the text goes on and
/// returns the place where it begins. Equal instructions are written once, so that equal endings are shared.
/// </summary>
/// <param name="writable">The bytes that a text can be written with; the others are left out of every set.</param>
/// <param name="maxInstructions">Once there are more, nothing is added any more and the grammar is of no use.</param>
internal sealed class GrammarBuilder(ByteSet writable, int maxInstructions)
{
    /// <summary>Where a rule ends.</summary>
    public const int Return = 0;

    private readonly List<Instruction> _code = [new(Opcode.Return)];
    private readonly Dictionary<Instruction, int> _places = [];
    private readonly List<ByteSet> _sets = [];
    private readonly Dictionary<ByteSet, int> _setIndices = [];
    private readonly List<LengthMeasure> _measures = [];

    /// <summary>Whether more instructions were asked for than are allowed.</summary>
    public bool IsFull { get; private set; }

    public IReadOnlyList<Instruction> Code => _code;

    public IReadOnlyList<ByteSet> Sets => _sets;

    public IReadOnlyList<LengthMeasure> Measures => _measures;

    /// <summary>One byte of a set; of an empty set, nothing that ever ends.</summary>
    public int Bytes(ByteSet set, int next)
    {
        set &= writable;
        if (!_setIndices.TryGetValue(set, out var index))
        {
            index = _sets.Count;
            _sets.Add(set);
            _setIndices.Add(set, index);
        }

        return Write(new(Opcode.Bytes, index, next));
    }

    /// <summary>Exactly these bytes.</summary>
    public int Literal(ReadOnlySpan<byte> text, int next)
    {
        for (var i = text.Length - 1; i >= 0; i--)
        {
            next = Bytes(ByteSet.Of(text[i]), next);
        }

        return next;
    }

    /// <summary>Any of several places; of none, nothing that ever ends.</summary>
    public int Choice(params ReadOnlySpan<int> places)
    {
        if (places.IsEmpty)
        {
            return Bytes(default, Return);
        }

        var choice = places[^1];
        for (var i = places.Length - 2; i >= 0; i--)
        {
            choice = places[i] == choice ? choice : Write(new(Opcode.Split, places[i], choice));
        }

        return choice;
    }

    /// <summary>A rule, once. At the end of another rule it takes that rule's place, so that a chain of choices needs no stack.</summary>
    public int Call(int rule, int next) => next == Return ? rule : Write(new(Opcode.Call, rule, next));

    /// <summary>Something from <paramref name="min"/> to <paramref name="max"/> times (null: any number).</summary>
    /// <param name="min">From 0.</param>
    /// <param name="max">From <paramref name="min"/>.</param>
    /// <param name="body">Writes what is repeated, which reads at least one byte.</param>
    /// <param name="next">Where the text goes on.</param>
    public int Repeat(int min, int? max, Func<int, int> body, int next)
    {
        switch (min, max)
        {
            case (_, 0):
                return next;
            case (1, 1):
                return body(next);
            case (0, 1):
                return Choice(body(next), next);
            case (0, null):
                var loop = Reserve();
                Define(loop, Choice(body(loop), next));
                return loop;
            default:
                var repeat = Reserve();
                var again = Write(new(Opcode.Again, repeat));
                Patch(repeat, new(Opcode.Repeat, body(again), next, min, max ?? -1));
                return Write(new(Opcode.Begin, repeat));
        }
    }

    /// <summary>Any bytes up to the first time that some come, and those (Knuth, Morris, Pratt 1977).</summary>
    /// <param name="end">The bytes that end it, at least one.</param>
    /// <param name="next">Where the text goes on.</param>
    public int Until(ReadOnlySpan<byte> end, int next)
    {
        // At places[i] the text read so far ends with the first i bytes of the end, and with no more of them.
        int[] places = [.. Enumerable.Range(0, end.Length).Select(_ => Reserve()), next];
        for (var read = 0; read < end.Length; read++)
        {
            var targets = new ByteSet[end.Length + 1];
            for (var value = 0; value < 256; value++)
            {
                byte[] tail = [.. end[..read], (byte)value];
                var alike = tail.Length;
                while (!end.StartsWith(tail.AsSpan(tail.Length - alike)))
                {
                    alike--;
                }

                targets[alike] |= ByteSet.Of((byte)value);
            }

            Define(places[read], Choice([.. targets.Index().Where(target => !target.Item.IsEmpty).Select(target => Bytes(target.Item, places[target.Index]))]));
        }

        return places[0];
    }

    /// <summary>What is at a place as far as it begins with a byte; null where nothing does. A repetition counts as nothing.</summary>
    /// <param name="first">The byte.</param>
    /// <param name="place">The place, which is defined already, and so is all that it leads to without reading.</param>
    public int? Beginning(byte first, int place) => Beginning(first, place, []);

    private int? Beginning(byte first, int place, HashSet<int> passed)
    {
        var (op, a, b, _, _) = _code[place];
        if (!passed.Add(place))
        {
            return null;
        }

        switch (op)
        {
            case Opcode.Bytes:
                return _sets[a].Contains(first) ? Bytes(ByteSet.Of(first), b) : null;
            case Opcode.Jump:
                return Beginning(first, a, passed);
            case Opcode.Call:
                return Beginning(first, a, passed) is { } rule ? Call(rule, b) : null;
            case Opcode.Split:
                int[] places = [.. new[] { Beginning(first, a, passed), Beginning(first, b, passed) }.OfType<int>()];
                return places.Length == 0 ? null : Choice(places);
            default:
                return null;
        }
    }

    /// <summary>A place, such as a rule's, that can be named before <see cref="Define"/> says what is there.</summary>
    public int Reserve() => Append(new(Opcode.Jump));

    /// <summary>Says what is at a reserved place.</summary>
    public void Define(int reserved, int place) => Patch(reserved, new(Opcode.Jump, place));

    /// <summary>Says that a reserved place runs an automaton whose texts are measured.</summary>
    /// <param name="reserved">The place.</param>
    /// <param name="start">The first state of the automaton.</param>
    /// <param name="next">Where the text goes on.</param>
    /// <param name="measure">How long the texts may be; null where that is too large, which fills the grammar.</param>
    public void DefineMeasure(int reserved, int start, int next, LengthMeasure? measure)
    {
        IsFull |= measure is null;
        if (!IsFull)
        {
            Patch(reserved, new(Opcode.Measure, start, next, _measures.Count));
            _measures.Add(measure!);
        }
    }

    /// <summary>The end of a code point of an automaton that is measured.</summary>
    /// <param name="place">Where the automaton goes on.</param>
    /// <param name="measure">The place of the measure.</param>
    /// <param name="state">The state of the automaton there.</param>
    public int Tally(int place, int measure, int state) => Write(new(Opcode.Tally, place, measure, state));

    /// <summary>The end of an automaton that is measured.</summary>
    /// <param name="measure">The place of the measure.</param>
    public int Total(int measure) => Write(new(Opcode.Total, measure));

    /// <summary>Characters that come as they like, one after the other.</summary>
    /// <param name="place">Where one is read, or the text goes on.</param>
    /// <param name="counter">What counts them: <see cref="Opcode.Repeat"/>, <see cref="Opcode.Measure"/>, or nothing (<see cref="Opcode.Return"/>).</param>
    /// <param name="state">The state of the automaton that is measured.</param>
    /// <returns>The place itself where not every plain character can be written.</returns>
    public int Free(int place, Opcode counter, int state = 0) =>
        (writable & PlainText.Bytes) == PlainText.Bytes ? Write(new(Opcode.Free, place, (int)counter, state)) : place;

    /// <summary>The fewest bytes from a place up to what is neither bytes nor a choice.</summary>
    public long FewestBytes(int place)
    {
        var instruction = _code[place];
        switch (instruction.Op)
        {
            case Opcode.Bytes:
                var rest = _sets[instruction.A].IsEmpty ? CompletionCosts.Never : FewestBytes(instruction.B);
                return rest == CompletionCosts.Never ? rest : rest + 1;
            case Opcode.Split:
                return Math.Min(FewestBytes(instruction.A), FewestBytes(instruction.B));
            default:
                return 0;
        }
    }

    private void Patch(int place, Instruction instruction)
    {
        if (!IsFull)
        {
            _code[place] = instruction;
        }
    }

    private int Write(Instruction instruction)
    {
        if (!_places.TryGetValue(instruction, out var place))
        {
            place = Append(instruction);
            _places[instruction] = place;
        }

        return place;
    }

    private int Append(Instruction instruction)
    {
        if (_code.Count >= maxInstructions)
        {
            IsFull = true;
            return Return;
        }

        _code.Add(instruction);
        return _code.Count - 1;
    }
}
