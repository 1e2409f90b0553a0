using System.Text.Json;
using LoopLM.Text.Constraints.Automata;
using LoopLM.Text.Constraints.Patterns;

namespace LoopLM.Text.Constraints.Schemas;

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

    private readonly GrammarBuilder _builder;
    private readonly bool _inPython;
    private readonly Dictionary<(int, int?), int> _texts = [];

    /// <param name="builder">Takes the rules.</param>
    /// <param name="inPython">Whether Python's words stand for true, false and null. All else that JSON writes is Python, too.</param>
    public JsonRules(GrammarBuilder builder, bool inPython = false)
    {
        _builder = builder;
        _inPython = inPython;
        Integer = Rule(Raw(new(s_integer)));
        Number = Rule(Raw(new(s_number)));
        Boolean = Rule(builder.Choice(
            builder.Literal(inPython ? "True"u8 : "true"u8, GrammarBuilder.Return),
            builder.Literal(inPython ? "False"u8 : "false"u8, GrammarBuilder.Return)));
        Null = Rule(builder.Literal(inPython ? "None"u8 : "null"u8, GrammarBuilder.Return));
        AnyValue = builder.Reserve();
        AnyArray = Rule(Array(AnyValue, 0, null));
        AnyObject = Rule(Object([], Pair(Text(0, null), AnyValue)));
        builder.Define(AnyValue, builder.Choice(AnyObject, AnyArray, Text(0, null), Number, Boolean, Null));
    }

    public int AnyValue { get; }

    public int AnyObject { get; }

    public int AnyArray { get; }

    public int Integer { get; }

    public int Number { get; }

    public int Boolean { get; }

    public int Null { get; }

    /// <summary>A pattern that stands for the whole text.</summary>
    public static PatternNode Parse(string pattern) =>
        PatternParser.Parse(pattern, anchored: true, out var problem) ?? throw new ArgumentException(problem, nameof(pattern));

    /// <summary>The one spelling of a value.</summary>
    public byte[] Spell(JsonElement value) => _inPython ? LiteralTexts.SpellInPython(value) : LiteralTexts.Spell(value);

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
    public int Raw(StringLanguage language) => Regular(language, CodePoints.Write, GrammarBuilder.Return);

    /// <summary>A JSON string of a language.</summary>
    public int Quoted(StringLanguage language) =>
        _builder.Literal("\""u8, Regular(language, CodePoints.WriteInString, _builder.Literal("\""u8, GrammarBuilder.Return)));

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

    /// <summary>A key and its value, as a function of the place behind them.</summary>
    /// <param name="key">The rule of the key with its quotes.</param>
    /// <param name="value">The rule of the value.</param>
    public Func<int, int> Pair(int key, int value) => next => _builder.Call(key, Colon(_builder.Call(value, next)));

    /// <inheritdoc cref="Pair(int, int)"/>
    public Func<int, int> Pair(string key, int value) =>
        next => _builder.Literal([(byte)'"', .. LiteralTexts.Spell(key), (byte)'"'], Colon(_builder.Call(value, next)));

    /// <summary>An object with some properties in their order, and then any number of others.</summary>
    /// <param name="properties">The properties; those that are not required may be left out.</param>
    /// <param name="others">The others; null for none.</param>
    public int Object(IReadOnlyList<(Func<int, int> Pair, bool Required)> properties, Func<int, int>? others)
    {
        var close = _builder.Literal("}"u8, GrammarBuilder.Return);

        // Where a pair has to come next, null for nowhere; and where an object goes on behind a pair.
        int? pair = null;
        var rest = close;
        if (others is not null)
        {
            rest = _builder.Reserve();
            pair = others(rest);
            _builder.Define(rest, _builder.Choice(Comma(pair.Value), close));
        }

        var required = false;
        for (var i = properties.Count - 1; i >= 0; i--)
        {
            var property = properties[i].Pair(rest);
            pair = properties[i].Required || pair is null ? property : _builder.Choice(property, pair.Value);
            required |= properties[i].Required;
            rest = required ? Comma(pair.Value) : _builder.Choice(Comma(pair.Value), close);
        }

        return _builder.Literal("{"u8, required ? pair!.Value : pair is null ? close : _builder.Choice(pair.Value, close));
    }

    /// <summary>The rule of a string that is none of some names.</summary>
    public int OtherThan(IReadOnlyCollection<string> names) =>
        names.Count == 0 ? Text(0, null) : Rule(Quoted(new(OtherNames.Automaton(names))));

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
        var place = Regular(new(s_character), CodePoints.Write, next);
        return max <= 1 ? place : _builder.Free(place, min == 0 && max is null ? Opcode.Return : Opcode.Repeat);
    }

    private int Colon(int next) => _builder.Literal(":"u8, Space(next));

    private int Comma(int next) => _builder.Literal(","u8, Space(next));

    private int Space(int next) => _builder.Choice(next, _builder.Literal(" "u8, next));

    private int Regular(StringLanguage language, Func<GrammarBuilder, CodePointSet, int, int> write, int next)
    {
        if (language.MinLength > 0 || language.MaxLength is not null)
        {
            return Measured(language, write, next);
        }

        var states = language.Automaton.States;
        var places = states.Select(_ => _builder.Reserve()).ToArray();
        for (var state = 0; state < places.Length; state++)
        {
            var choices = states[state].Moves.Select(move => write(_builder, move.Set, places[move.Target]));
            var choice = _builder.Choice([.. states[state].Accepts ? choices.Append(next) : choices]);
            _builder.Define(places[state], IsFree(states[state], state) ? _builder.Free(choice, Opcode.Return) : choice);
        }

        return places[0];
    }

    // Whether every plain character leads back to the state.
    private static bool IsFree(CodePointAutomaton.State state, int number) => state.Accepts
        && state.Moves.Any(move => move.Target == number && PlainText.Characters.Intersect(move.Set).Equals(PlainText.Characters));

    // The code points are counted beside the automaton, so that no state is needed for every count.
    private int Measured(StringLanguage language, Func<GrammarBuilder, CodePointSet, int, int> write, int next)
    {
        var states = language.Automaton.States;
        var measure = _builder.Reserve();
        var places = states.Select(_ => _builder.Reserve()).ToArray();
        var tallies = places.Select((place, state) => _builder.Tally(place, measure, state)).ToArray();
        var moves = new (bool Accepts, (long Bytes, int Target)[] Moves)[places.Length];
        for (var state = 0; state < places.Length; state++)
        {
            var written = states[state].Moves.Select(move => write(_builder, move.Set, tallies[move.Target])).ToList();
            moves[state] = (states[state].Accepts, [.. written.Zip(states[state].Moves, (place, move) => (_builder.FewestBytes(place), move.Target))]);
            var choice = _builder.Choice([.. states[state].Accepts ? written.Append(_builder.Total(measure)) : written]);
            _builder.Define(places[state], IsFree(states[state], state) ? _builder.Free(choice, Opcode.Measure, state) : choice);
        }

        _builder.DefineMeasure(measure, places[0], next, LengthMeasure.TryCreate(moves, language.MinLength, language.MaxLength));
        return measure;
    }
}
