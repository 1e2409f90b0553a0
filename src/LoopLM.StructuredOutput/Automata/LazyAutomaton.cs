using System.Runtime.InteropServices;

namespace LoopLM.StructuredOutput.Automata;

/// <summary>
/// A grammar run as a deterministic automaton whose states are made when they are first reached. A state is a set of configurations
/// (instruction that reads, stack): everything that the text so far can be the beginning of. One sequence, one thread.
/// </summary>
/// <remarks>
/// Memory and time are bounded by leaving readings out: a state keeps at most <see cref="MaxConfigurations"/>, and once the work since
/// <see cref="Trim"/> exceeds <see cref="MaxWork"/>, new states count as <see cref="Dead"/>. Each configuration can be completed on its own
/// (see <see cref="Fits"/>), so what is left is still right and still leads to an end; it only says less. The reading that is closest to
/// the end is never left out, so after <see cref="ByteToEnd"/> the end is always one byte closer.
/// </remarks>
internal sealed class LazyAutomaton
{
    /// <summary>The state in which no text can go on.</summary>
    public const int Dead = 0;

    /// <summary>Readings of a text that are followed at once.</summary>
    public const int MaxConfigurations = 2048;

    /// <summary>Configurations visited and transitions made room for between two calls of <see cref="Trim"/>.</summary>
    public const int MaxWork = 1 << 17;

    private const int MaxVisited = 8 * MaxConfigurations;
    private const int MaxKept = 1 << 17;
    private const int Unknown = -1;

    private readonly TextGrammar _grammar;
    private readonly StackTable _stacks;
    private readonly List<State> _states = [];
    private readonly List<(int Place, int Stack)> _configurations = [];
    private readonly byte[] _classes = new byte[256];
    private readonly int _width;
    private readonly Dictionary<int, int> _statesByHash = [];

    // Of the state being made.
    private readonly List<(int Place, int Stack)> _found = [];
    private readonly Stack<(int Place, int Stack)> _pending = [];
    private readonly HashSet<(int Place, int Stack)> _visited = [];
    private readonly List<StackFrame> _frames = [];
    private (int Place, int Stack)? _free;
    private bool _isFreeTwice;
    private int[] _transitions = [];
    private int _work;
    private long _workBefore;

    /// <summary>Begins a text.</summary>
    /// <param name="grammar">What it may be.</param>
    /// <param name="tokenBytes">Bytes of the longest token.</param>
    public LazyAutomaton(TextGrammar grammar, int tokenBytes = 0)
    {
        _grammar = grammar;
        _width = grammar.Classes.Length;
        for (var value = 0; value < _classes.Length; value++)
        {
            _classes[value] = (byte)grammar.ClassOf((byte)value);
        }

        _stacks = new(grammar, tokenBytes);
        Clear();
        Visit(grammar.Start, StackTable.Empty);
        Start = Intern();
    }

    /// <summary>The state before any text.</summary>
    public int Start { get; }

    /// <summary>Configurations visited and transitions made room for since the start.</summary>
    public long Work => _workBefore + _work;

    /// <summary>Configurations of all states that are remembered.</summary>
    public int Count => _configurations.Count;

    /// <summary>Whether the text in this state is complete.</summary>
    public bool Accepts(int state) => At(state).Accepts;

    /// <summary>Whether a byte can follow.</summary>
    public bool CanContinue(int state) => At(state).Count > (Accepts(state) ? 1 : 0);

    /// <summary>The fewest bytes that complete the text, not minding the limit of depth.</summary>
    public long BytesToEnd(int state) => At(state).BytesToEnd;

    /// <summary>A byte after which the end is one byte closer. The state is not <see cref="Dead"/> and does not accept.</summary>
    public byte ByteToEnd(int state)
    {
        var (place, _) = _configurations[Nearest(state, null)];
        return _grammar.Sets[_grammar.Code[place].A].First;
    }

    /// <summary>A hash that is equal for states in which the same tokens may follow, and are followed by as many bytes.</summary>
    public UInt128 KindOf(int state) => At(state).Kind;

    /// <summary>Most bytes of the tokens that states of this kind have in common: longer ones are not tried.</summary>
    public int TokenBytes(int state) => At(state).IsShort ? StackTable.ShortToken : int.MaxValue;

    /// <summary>The plain text that may follow whatever it is.</summary>
    public FreeText FreeText(int state) => At(state).Free;

    /// <summary>The state after one more byte; <see cref="Dead"/> where it cannot follow.</summary>
    public int Step(int state, byte value)
    {
        var index = (state * _width) + _classes[value];
        var next = _transitions[index];
        return next != Unknown ? next : Find(state, value, index);
    }

    /// <summary>
    /// Forgets what takes too much memory, and grants new work. Numbers of other states than those kept may no longer be used.
    /// </summary>
    /// <param name="state">The state to keep.</param>
    /// <param name="others">Other states to keep; receives their numbers from now on.</param>
    /// <returns>The number of the state from now on.</returns>
    public int Trim(int state, Span<int> others = default)
    {
        _workBefore += _work;
        _work = 0;
        return _states.Count * _width > MaxKept || _configurations.Count > MaxKept || _stacks.Count > MaxKept
            ? Rebuild(state, others)
            : state;
    }

    private ref readonly State At(int state) => ref CollectionsMarshal.AsSpan(_states)[state];

    private int Find(int state, byte value, int index)
    {
        if (_work > MaxWork)
        {
            return Dead;
        }

        Begin();
        var nearest = Nearest(state, value);
        if (nearest >= 0)
        {
            Visit(nearest);
        }

        for (var i = _states[state].First; i < _states[state].First + _states[state].Count; i++)
        {
            if (i != nearest && Reads(_configurations[i].Place, value))
            {
                Visit(i);
            }
        }

        return _transitions[index] = Intern();

        void Visit(int configuration)
        {
            var (place, stack) = _configurations[configuration];
            this.Visit(_grammar.Code[place].B, stack);
        }
    }

    private bool Reads(int place, byte? value) =>
        _grammar.Code[place] is { Op: Opcode.Bytes, A: var set } && (value is null || _grammar.Sets[set].Contains(value.Value));

    // Of the configurations that read a byte, or any, the one that is closest to the end; -1 where there is none.
    private int Nearest(int state, byte? value)
    {
        var (nearest, least) = (-1, CompletionCosts.Never);
        for (var i = _states[state].First; i < _states[state].First + _states[state].Count; i++)
        {
            var (place, stack) = _configurations[i];
            if (Reads(place, value) && Rest(place, stack) is var rest && rest < least)
            {
                (nearest, least) = (i, rest);
            }
        }

        return nearest;
    }

    private void Begin()
    {
        _found.Clear();
        _visited.Clear();
        (_free, _isFreeTwice) = (null, false);
    }

    // Collects every configuration that is reached without reading. What is closest to the end
    // comes first, and stays where too much follows.
    private void Visit(int start, int startStack)
    {
        _pending.Push((start, startStack));
        while (_pending.TryPop(out var next) && _visited.Count < MaxVisited && _found.Count < MaxConfigurations)
        {
            var (place, stack) = next;
            if (!Fits(place, stack) || !_visited.Add(next))
            {
                continue;
            }

            _work++;
            var instruction = _grammar.Code[place];
            switch (instruction.Op)
            {
                case Opcode.Return when stack != StackTable.Empty:
                    var frame = _stacks.Top(stack);
                    _pending.Push((frame.Place, frame.Below));
                    break;
                case Opcode.Return:
                    _found.Add(next);
                    break;
                case Opcode.Bytes when MeasuredRest(place, stack) != CompletionCosts.Never:
                    _found.Add(next);
                    break;
                case Opcode.Split:
                    var isFirst = Rest(instruction.A, stack) <= Rest(instruction.B, stack);
                    _pending.Push((isFirst ? instruction.B : instruction.A, stack));
                    _pending.Push((isFirst ? instruction.A : instruction.B, stack));
                    break;
                case Opcode.Jump:
                    _pending.Push((instruction.A, stack));
                    break;
                case Opcode.Free:
                    (_free, _isFreeTwice) = (next, _free is not null);
                    _pending.Push((instruction.A, stack));
                    break;
                case Opcode.Call:
                    _pending.Push((instruction.A, _stacks.Push(new(instruction.B, -1, stack))));
                    break;
                case Opcode.Begin:
                    _pending.Push((instruction.A, _stacks.Push(new(instruction.A, 0, stack))));
                    break;
                case Opcode.Again:
                    _pending.Push((instruction.A, CountRun(stack)));
                    break;
                case Opcode.Repeat:
                    var (_, count, below) = _stacks.Top(stack);
                    if (instruction.Max < 0 || count < instruction.Max)
                    {
                        _pending.Push((instruction.A, stack));
                    }

                    if (count >= instruction.Min)
                    {
                        _pending.Push((instruction.B, below));
                    }

                    break;
                case Opcode.Measure:
                    _pending.Push((instruction.A, _stacks.Push(new(place, 0, stack))));
                    break;
                case Opcode.Tally when MeasuredRest(place, stack) != CompletionCosts.Never:
                    var top = _stacks.Top(stack);
                    _pending.Push((instruction.A, _stacks.Push(top with { Count = Measure(instruction.B).CountOne(top.Count) })));
                    break;
                case Opcode.Total when _stacks.Top(stack).Count >= Measure(instruction.A).Min:
                    _pending.Push((_grammar.Code[instruction.A].B, _stacks.Top(stack).Below));
                    break;
            }
        }

        _pending.Clear();
    }

    // What a call needs after itself was counted when it was made, so the end of every frame stays within the limit.
    private bool Fits(int place, int stack) =>
        _grammar.Depths[place] != CompletionCosts.Never && _stacks.Depth(stack) + _grammar.Depths[place] <= _grammar.MaxDepth;

    // The fewest bytes to the end; of two places with one stack it tells which is closer.
    private long Rest(int place, int stack)
    {
        var (bytes, text) = (_grammar.BytesToEnd[place], MeasuredRest(place, stack));
        return bytes == CompletionCosts.Never || text == CompletionCosts.Never
            ? CompletionCosts.Never
            : bytes + text + _stacks.BytesToEnd(stack);
    }

    // After the code point in which a place is: the fewest bytes that end the text which is measured; 0 where none is.
    private long MeasuredRest(int place, int stack)
    {
        var tally = _grammar.Tallies[place];
        if (tally < 0)
        {
            return 0;
        }

        var measure = Measure(_grammar.Code[tally].B);
        return measure.Rest(_grammar.Code[tally].Min, measure.CountOne(_stacks.Top(stack).Count));
    }

    private LengthMeasure Measure(int place) => _grammar.Measures[_grammar.Code[place].Min];

    // Counts one more run. Without a maximum, runs beyond the minimum are all the same.
    private int CountRun(int stack)
    {
        var (place, count, below) = _stacks.Top(stack);
        var repeat = _grammar.Code[place];
        return _stacks.Push(new(place, repeat.Max < 0 ? Math.Min(count + 1, repeat.Min) : count + 1, below));
    }

    private int Intern()
    {
        if (_found.Count == 0)
        {
            return Dead;
        }

        _found.Sort();
        var found = CollectionsMarshal.AsSpan(_found);
        var hash = new HashCode();
        hash.AddBytes(MemoryMarshal.AsBytes(found));
        var key = hash.ToHashCode();
        var known = _statesByHash.GetValueOrDefault(key, Unknown);
        for (var state = known; state != Unknown; state = _states[state].NextOfHash)
        {
            var (first, count) = (_states[state].First, _states[state].Count);
            if (CollectionsMarshal.AsSpan(_configurations).Slice(first, count).SequenceEqual(found))
            {
                return state;
            }
        }

        _statesByHash[key] = _states.Count;
        return Add(known);
    }

    private int Add(int nextOfHash)
    {
        var bytesToEnd = long.MaxValue;
        var kind = UInt128.Zero;
        var isShort = false;
        foreach (var (place, stack) in _found)
        {
            bytesToEnd = Math.Min(bytesToEnd, Rest(place, stack));
            kind += StackTable.Mix(_stacks.Kind(stack), place, 0);
            isShort |= _stacks.IsShort(stack);
        }

        var accepts = _found.Count > 0 && _found[0] == (GrammarBuilder.Return, StackTable.Empty);
        _states.Add(new(_configurations.Count, _found.Count, nextOfHash, accepts, bytesToEnd, kind, isShort, FindFreeText()));
        _configurations.AddRange(_found);
        _work += _width;
        if (_states.Count * _width > _transitions.Length)
        {
            Array.Resize(ref _transitions, Math.Max(2 * _transitions.Length, 64 * _width));
        }

        _transitions.AsSpan((_states.Count - 1) * _width, _width).Fill(_states.Count == 1 ? Dead : Unknown);
        return _states.Count - 1;
    }

    // Where nothing else in the state reads plain text, and no reading was left out.
    private FreeText FindFreeText()
    {
        if (_free is not var (free, stack) || _isFreeTwice || _found.Count >= MaxConfigurations || _visited.Count >= MaxVisited)
        {
            return default;
        }

        foreach (var (place, other) in _found)
        {
            var instruction = _grammar.Code[place];
            if (instruction.Op == Opcode.Bytes && !(_grammar.Sets[instruction.A] & PlainText.FirstBytes).IsEmpty
                && (other != stack || _grammar.FreeTexts[place] != free))
            {
                return default;
            }
        }

        var text = _grammar.Code[free];
        var (counter, count, _) = _stacks.Top(stack);
        switch ((Opcode)text.B)
        {
            case Opcode.Repeat:
                var repeat = _grammar.Code[counter];
                var left = repeat.Max < 0 ? int.MaxValue : repeat.Max - count;
                return new(left, count >= repeat.Min, _grammar.BytesToEnd[free] + _stacks.BytesToEnd(stack));
            case Opcode.Measure:
                var measure = Measure(counter);
                var rest = measure.Rest(text.Min, count);
                return rest == CompletionCosts.Never ? default
                    : new(measure.Max - count ?? int.MaxValue, count >= measure.Min, rest + _stacks.BytesToEnd(stack));
            default:
                return new(int.MaxValue, MayEnd: true, _grammar.BytesToEnd[free] + _stacks.BytesToEnd(stack));
        }
    }

    private void Clear()
    {
        _stacks.Clear();
        _states.Clear();
        _configurations.Clear();
        _statesByHash.Clear();
        Begin();
        _ = Add(Unknown);
    }

    // Writes the states down and makes them again in the empty tables, the last first.
    private int Rebuild(int state, Span<int> others)
    {
        _frames.Clear();
        Span<(int Count, FreeText Free)> kept = stackalloc (int, FreeText)[others.Length + 1];
        kept[^1] = (_states[state].Count, FreeText(state));
        WriteDown(state);
        for (var i = others.Length - 1; i >= 0; i--)
        {
            kept[i] = (_states[others[i]].Count, FreeText(others[i]));
            WriteDown(others[i]);
        }

        Clear();
        for (var i = 0; i < others.Length; i++)
        {
            others[i] = Restore(kept[i].Count, kept[i].Free);
        }

        return Restore(kept[^1].Count, kept[^1].Free);
    }

    // The stacks of a state, bottom last, and how long each is.
    private void WriteDown(int state)
    {
        for (var i = _states[state].First; i < _states[state].First + _states[state].Count; i++)
        {
            var (place, stack) = _configurations[i];
            var first = _frames.Count;
            for (; stack != StackTable.Empty; stack = _stacks.Top(stack).Below)
            {
                _frames.Add(_stacks.Top(stack));
            }

            _pending.Push((place, _frames.Count - first));
        }
    }

    // The state that was written down last.
    private int Restore(int configurations, FreeText free)
    {
        _found.Clear();
        for (; configurations > 0; configurations--)
        {
            var (place, length) = _pending.Pop();
            var stack = StackTable.Empty;
            var first = _frames.Count - length;
            for (var i = _frames.Count - 1; i >= first; i--)
            {
                stack = _stacks.Push(_frames[i] with { Below = stack });
            }

            _frames.RemoveRange(first, length);
            _found.Add((place, stack));
        }

        var restored = Intern();
        _states[restored] = _states[restored] with { Free = free };
        return restored;
    }

    private readonly record struct State(
        int First, int Count, int NextOfHash, bool Accepts, long BytesToEnd, UInt128 Kind, bool IsShort, FreeText Free);
}
