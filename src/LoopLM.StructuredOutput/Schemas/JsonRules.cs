using System.Text.Json;
using LoopLM.StructuredOutput.Automata;
using LoopLM.StructuredOutput.Patterns;
using LoopLM.StructuredOutput.Unicode;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>
/// The rules of JSON that every schema shares. Values are written without white space, except that one space may follow
/// each <c>:</c> and each <c>,</c>: what models are used to, without room to go on for ever.
/// </summary>
internal sealed class JsonRules
{
    private static readonly CodePointAutomaton s_number = Compile(DecimalPatterns.Any);
    private static readonly CodePointAutomaton s_integer = Compile(Parse("""0|-?[1-9]\d{0,17}"""));

    // Escapes of UTF-16 units stand for whole characters: surrogates come in pairs.
    private static readonly CodePointAutomaton s_character = Compile(new PatternNode.Choice(
        new PatternNode.Character(CodePoints.Unescaped),
        Parse(
            """\\["\\/bfnrt]|\\u(?:[0-9a-cefA-CEF][0-9a-fA-F]{3}|[dD](?:[0-7][0-9a-fA-F]{2}|[89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}))""")));

    private static readonly CodePointSet s_plain = CodePoints.Unescaped.Intersect(new((0, 0x7F)));
    private static readonly CodePointSet s_others = s_plain.Complement();

    private readonly GrammarBuilder _builder;
    private readonly AutomatonBuilder _automata;
    private readonly bool _inPython;
    private readonly Dictionary<(CodePointSet Set, int Next, bool IsQuoted), int> _written = [];
    private readonly Dictionary<(int, int?), int> _texts = [];

    /// <param name="builder">Takes the rules.</param>
    /// <param name="automata">Bounds the work.</param>
    /// <param name="inPython">Whether Python's words stand for true, false and null. All else that JSON writes is Python, too.</param>
    public JsonRules(GrammarBuilder builder, AutomatonBuilder automata, bool inPython = false)
    {
        _builder = builder;
        _automata = automata;
        _inPython = inPython;
        Integer = Rule(Raw(new(s_integer)));
        Number = Rule(Raw(new(s_number)));
        True = Rule(builder.Literal(inPython ? "True"u8 : "true"u8, GrammarBuilder.Return));
        False = Rule(builder.Literal(inPython ? "False"u8 : "false"u8, GrammarBuilder.Return));
        Boolean = Rule(builder.Choice(True, False));
        Null = Rule(builder.Literal(inPython ? "None"u8 : "null"u8, GrammarBuilder.Return));
        AnyValue = builder.Reserve();
        AnyArray = Rule(Array(AnyValue, 0, null));
        AnyObject = Rule(Object(Pair(Text(0, null), AnyValue)));
        builder.Define(AnyValue, builder.Choice(AnyObject, AnyArray, Text(0, null), Number, Boolean, Null));
    }

    public int AnyValue { get; }

    public int AnyObject { get; }

    public int AnyArray { get; }

    public int Integer { get; }

    public int Number { get; }

    public int Boolean { get; }

    public int True { get; }

    public int False { get; }

    public int Null { get; }

    /// <summary>A pattern that stands for the whole text.</summary>
    public static PatternNode Parse(string pattern) =>
        PatternParser.Parse(pattern, anchored: true, out var problem) ?? throw new ArgumentException(problem, nameof(pattern));

    /// <summary>The spellings of a value that is neither an array nor an object.</summary>
    public IEnumerable<byte[]> Spellings(JsonElement value) => !_inPython ? LiteralTexts.Spellings(value) : value.ValueKind switch
    {
        JsonValueKind.True => [[.. "True"u8]],
        JsonValueKind.False => [[.. "False"u8]],
        JsonValueKind.Null => [[.. "None"u8]],
        _ => LiteralTexts.Spellings(value),
    };

    /// <summary>The rule of a string of so many characters.</summary>
    public int Text(int min, int? max)
    {
        if (!_texts.TryGetValue((min, max), out var rule))
        {
            var end = _builder.Literal("\""u8, GrammarBuilder.Return);
            rule = Rule(_builder.Literal("\""u8, _builder.Repeat(min, max, next => Character(min, max, next), end)));
            _texts.Add((min, max), rule);
        }

        return rule;
    }

    /// <summary>The automaton of a pattern that is known to be small.</summary>
    public static CodePointAutomaton Compile(PatternNode pattern) =>
        new PatternCompiler(new(maxStates: 4096, CancellationToken.None)).TryCompile(pattern, out var problem)
            ?? throw new ArgumentException(problem, nameof(pattern));

    /// <summary>A text of a language, as it is.</summary>
    public int Raw(StringLanguage language) => Regular(language, isQuoted: false, GrammarBuilder.Return);

    /// <summary>A JSON string of a language.</summary>
    public int Quoted(StringLanguage language) =>
        _builder.Literal("\""u8, Regular(language, isQuoted: true, _builder.Literal("\""u8, GrammarBuilder.Return)));

    /// <summary>An array of so many items, all of one rule.</summary>
    public int Array(int item, int min, int? max)
    {
        var close = _builder.Literal("]"u8, GrammarBuilder.Return);
        if (max == 0)
        {
            return _builder.Literal("["u8, close);
        }

        var more = _builder.Repeat(Math.Max(min - 1, 0), max - 1, next => Comma(_builder.Call(item, next)), close);
        var first = _builder.Call(item, more);
        return _builder.Literal("["u8, min == 0 ? _builder.Choice(first, close) : first);
    }

    /// <summary>Exactly this value, its members in their order.</summary>
    public int Constant(JsonElement value, int next)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                next = _builder.Literal("]"u8, next);
                foreach (var (index, item) in value.EnumerateArray().Index().Reverse())
                {
                    next = Constant(item, next);
                    next = index == 0 ? next : Comma(next);
                }

                return _builder.Literal("["u8, next);
            case JsonValueKind.Object:
                next = _builder.Literal("}"u8, next);
                foreach (var (index, member) in value.EnumerateObject().Index().Reverse())
                {
                    next = Key(member.Name, Colon(Constant(member.Value, next)));
                    next = index == 0 ? next : Comma(next);
                }

                return _builder.Literal("{"u8, next);
            default:
                return LiteralTexts.Write(_builder, Spellings(value), next);
        }
    }

    /// <summary>A key and its value, as a function of the place behind them.</summary>
    /// <param name="key">The rule of the key with its quotes.</param>
    /// <param name="value">The rule of the value.</param>
    public Func<int, int> Pair(int key, int value) => next => _builder.Call(key, Colon(_builder.Call(value, next)));

    /// <inheritdoc cref="Pair(int, int)"/>
    public Func<int, int> Pair(string key, int value) =>
        next => Key(key, Colon(_builder.Call(value, next)));

    // Any number of members.
    private int Object(Func<int, int> pair)
    {
        var close = _builder.Literal("}"u8, GrammarBuilder.Return);
        var rest = _builder.Reserve();
        var first = pair(rest);
        _builder.Define(rest, _builder.Choice(Comma(first), close));
        return _builder.Literal("{"u8, _builder.Choice(first, close));
    }

    /// <summary>Makes a place a rule that can be called.</summary>
    public int Rule(int place)
    {
        var rule = _builder.Reserve();
        _builder.Define(rule, place);
        return rule;
    }

    // Of more than one character any plain one may follow any other.
    private int Character(int min, int? max, int next)
    {
        var place = Regular(new(s_character), isQuoted: false, next);
        return max <= 1 ? place : _builder.Free(place, min == 0 && max is null ? Opcode.Return : Opcode.Repeat);
    }

    private int Key(string key, int next) =>
        LiteralTexts.Write(_builder, LiteralTexts.Spellings(key).Select(text => (byte[])[(byte)'"', .. text, (byte)'"']), next);

    private int Colon(int next) => _builder.Literal(":"u8, Space(next));

    /// <summary>A comma, and the space that may follow it.</summary>
    public int Comma(int next) => _builder.Literal(","u8, Space(next));

    private int Space(int next) => _builder.Choice(next, _builder.Literal(" "u8, next));

    private int Regular(StringLanguage language, bool isQuoted, int next)
    {
        if (language.MinLength > 0 || language.MaxLength is not null)
        {
            return Measured(language, isQuoted, next);
        }

        var states = language.Automaton.States;
        var places = states.Select(_ => _builder.Reserve()).ToArray();
        for (var state = 0; state < places.Length && !_builder.IsFull; state++)
        {
            var choices = states[state].Moves.Select(move => Write(move.Set, isQuoted, places[move.Target]));
            var choice = _builder.Choice([.. states[state].Accepts ? choices.Append(next) : choices]);
            _builder.Define(places[state], IsFree(states[state], state) ? _builder.Free(choice, Opcode.Return) : choice);
        }

        return places[0];
    }

    // A set is written once for each place behind it.
    private int Write(CodePointSet set, bool isQuoted, int next)
    {
        if (!_written.TryGetValue((set, next, isQuoted), out var place))
        {
            place = isQuoted ? WriteInString(set, next) : CodePoints.Write(_builder, set, next);
            _written.Add((set, next, isQuoted), place);
        }

        return place;
    }

    // Sets mostly differ in plain ASCII alone; what they have beside that is written once.
    private int WriteInString(CodePointSet set, int next)
    {
        var (plain, others) = (set.Intersect(s_plain), set.Intersect(s_others));
        return others.IsEmpty || plain.IsEmpty
            ? CodePoints.WriteInString(_builder, set, next)
            : _builder.Choice(CodePoints.Write(_builder, plain, next), Write(others, isQuoted: true, next));
    }

    // Whether every plain character leads back to the state.
    private static bool IsFree(CodePointAutomaton.State state, int number) => state.Accepts
        && state.Moves.Any(move => move.Target == number && PlainText.Characters.Intersect(move.Set).Equals(PlainText.Characters));

    // The code points are counted beside the automaton, so that no state is needed for every count.
    private int Measured(StringLanguage language, bool isQuoted, int next)
    {
        var states = language.Automaton.States;
        var measure = _builder.Reserve();
        var places = states.Select(_ => _builder.Reserve()).ToArray();
        var tallies = places.Select((place, state) => _builder.Tally(place, measure, state)).ToArray();
        var moves = new (bool Accepts, (long Bytes, int Target)[] Moves)[places.Length];
        for (var state = 0; state < places.Length && !_builder.IsFull; state++)
        {
            var written = states[state].Moves.Select(move => Write(move.Set, isQuoted, tallies[move.Target])).ToList();
            moves[state] = (states[state].Accepts, [.. written.Zip(states[state].Moves, (place, move) => (_builder.FewestBytes(place), move.Target))]);
            var choice = _builder.Choice([.. states[state].Accepts ? written.Append(_builder.Total(measure)) : written]);
            _builder.Define(places[state], IsFree(states[state], state) ? _builder.Free(choice, Opcode.Measure, state) : choice);
        }

        var lengths = _builder.IsFull ? null : LengthMeasure.TryCreate(moves, language.MinLength, language.MaxLength, _automata.TryRead);
        _builder.DefineMeasure(measure, places[0], next, lengths);
        return measure;
    }
}
