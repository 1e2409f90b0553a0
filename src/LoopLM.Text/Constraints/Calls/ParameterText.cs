using System.Text;
using System.Text.Json;
using LoopLM.Text.Constraints.Automata;
using LoopLM.Text.Constraints.Patterns;
using LoopLM.Text.Constraints.Schemas;

namespace LoopLM.Text.Constraints.Calls;

/// <summary>Strings that stand between tags as they are, up to <see cref="End"/>.</summary>
internal static class ParameterText
{
    /// <summary>What ends a value, behind a line end.</summary>
    public const string End = "</parameter>";

    private const int MaxReferences = 32;

    private static readonly string[] s_logic = ["$ref", "$dynamicRef", "$recursiveRef", "allOf", "anyOf", "oneOf", "not", "if"];
    private static readonly string[] s_form = ["minLength", "maxLength", "pattern", "format"];
    private static readonly CodePointAutomaton s_any = Without(End);

    /// <summary>How a value is spelled. Only strings of which the schema says little are written as they are.</summary>
    public static ParameterSpelling SpellingOf(SchemaLocation at, SchemaReferences references)
    {
        at = Follow(at, references);
        if (IsText(at))
        {
            return ParameterSpelling.Text;
        }

        return TextBesideNull(at, references) is not null ? ParameterSpelling.TextOrNull
            : at.TryGet("type", out var type) && Names(type, "string") ? ParameterSpelling.Quoted
            : ParameterSpelling.Json;
    }

    /// <summary>The text of a value whose spelling is <see cref="ParameterSpelling.Text"/> or <see cref="ParameterSpelling.TextOrNull"/>.</summary>
    public static int Translate(SchemaLocation at, SchemaReferences references, TranslationContext context, int next)
    {
        at = Follow(at, references);
        return IsText(at) ? Text(at, context, next)
            : context.Builder.Choice(context.Builder.Literal("null"u8, next), Text(TextBesideNull(at, references)!, context, next));
    }

    private static SchemaLocation Follow(SchemaLocation at, SchemaReferences references)
    {
        for (var i = 0; i < MaxReferences && at.TryGet("$ref", out var reference); i++)
        {
            var isAlone = s_logic.Count(keyword => at.TryGet(keyword, out _)) == 1 && !at.TryGet("type", out _);
            if (!isAlone || references.Resolve(reference, out _) is not { } target)
            {
                break;
            }

            at = target;
        }

        return at;
    }

    private static bool IsText(SchemaLocation at, string type = "string")
    {
        if (at.Schema.ValueKind != JsonValueKind.Object || s_logic.Any(keyword => at.TryGet(keyword, out _)))
        {
            return false;
        }

        var (hasValues, values) = Values(at);
        var isString = at.TryGet("type", out var given) ? type.Length == 0 || Names(given, type) : hasValues;
        return isString && (hasValues
            ? values.All(value => value.ValueKind == JsonValueKind.String) && !s_form.Any(keyword => at.TryGet(keyword, out _))
            : at.TryGet("pattern", out var pattern) ? pattern.ValueKind == JsonValueKind.String && !at.TryGet("format", out _)
            : !at.TryGet("format", out var format)
                || (format.ValueKind == JsonValueKind.String && StringFormats.Find(format.GetString()) is not null));
    }

    /// <summary>The schema of the string where a value is a string or null.</summary>
    private static SchemaLocation? TextBesideNull(SchemaLocation at, SchemaReferences references)
    {
        if (at.TryGet("type", out var types))
        {
            return types.ValueKind == JsonValueKind.Array && types.GetArrayLength() == 2
                && types.EnumerateArray().All(type => Names(type, "string") || Names(type, "null"))
                && types.EnumerateArray().Any(type => Names(type, "string"))
                && !Values(at).Given && IsText(at, type: "")
                    ? at
                    : null;
        }

        if (s_logic.Count(keyword => at.TryGet(keyword, out _)) != 1 || !at.TryGet("anyOf", out var members)
            || members.ValueKind != JsonValueKind.Array || members.GetArrayLength() != 2 || Values(at).Given)
        {
            return null;
        }

        SchemaLocation[] both = [.. members.EnumerateArray().Select((member, i) => Follow(at.Child("anyOf", $"{i}", member), references))];
        var text = Array.Find(both, member => IsText(member));
        return text is not null && Array.Exists(both, member => member.TryGet("type", out var type) && Names(type, "null")) ? text : null;
    }

    private static int Text(SchemaLocation at, TranslationContext context, int next)
    {
        var builder = context.Builder;
        if (Values(at) is { Given: true, Items: var values })
        {
            var texts = values.Select(value => value.GetString()!).Distinct().ToList();
            texts.RemoveAll(text => text.Contains(End, StringComparison.Ordinal));
            context.EnumValues += texts.Count;
            return texts.Count == 0 || context.EnumValues > context.Limits.MaxEnumValues
                ? context.Refuse(at, null, $"has to have 1 to {context.Limits.MaxEnumValues} values, without '{End}' in them")
                : LiteralTexts.Write(builder, texts.Select(Encoding.UTF8.GetBytes), next);
        }

        if (!TryReadCount(at, "minLength", context, out var min) || !TryReadCount(at, "maxLength", context, out var max) || max < min)
        {
            return context.Refuse(
                at, null, $"'minLength' and 'maxLength' have to be integers from 0 to {context.Limits.MaxCount} in this order");
        }

        var (hasPattern, hasFormat) = (at.TryGet("pattern", out var pattern), at.TryGet("format", out var format));
        if (hasPattern || hasFormat)
        {
            var keyword = hasPattern ? "pattern" : "format";
            return Regular(at, keyword, (hasPattern ? pattern : format).GetString()!, min ?? 0, max, context, next);
        }

        // Where characters are counted, one of the end's may not come, so that no other has to be remembered.
        var counted = CodePoints.InPatterns.Intersect(CodePointSet.Of('<').Complement(CodePoints.Last));
        return min is null && max is null
            ? context.Rules.Raw(s_any, next)
            : builder.Repeat(min ?? 0, max, body => CodePoints.Write(builder, counted, body), next);
    }

    private static int Regular(SchemaLocation at, string keyword, string text, int min, int? max, TranslationContext context, int next)
    {
        if (text.Length > context.Limits.MaxPatternLength)
        {
            return context.Refuse(at, keyword, $"has to be a string of at most {context.Limits.MaxPatternLength} characters");
        }

        var problem = default(string);
        var node = keyword == "format"
            ? JsonRules.Parse(StringFormats.Find(text)!)
            : PatternParser.Parse(text, anchored: false, out problem);
        return node is not null && context.Patterns.TryCompile(node, CodePoints.InPatterns, min, max, out problem) is { } automaton
            ? context.Rules.Raw(Both(automaton, s_any), next)
            : context.Refuse(at, keyword, $"cannot be enforced: {problem}");
    }

    private static bool TryReadCount(SchemaLocation at, string keyword, TranslationContext context, out int? count)
    {
        count = null;
        if (!at.TryGet(keyword, out var value))
        {
            return true;
        }

        var isCount = value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number)
            && number == decimal.Truncate(number) && number >= 0 && number <= context.Limits.MaxCount;
        count = isCount ? (int)value.GetDecimal() : null;
        return count is not null;
    }

    private static bool Names(JsonElement type, string name) => type.ValueKind == JsonValueKind.String && type.ValueEquals(name);

    private static (bool Given, IReadOnlyList<JsonElement> Items) Values(SchemaLocation at) =>
        at.TryGet("const", out var one) ? (true, [one])
        : at.TryGet("enum", out var some) ? (true, some.ValueKind == JsonValueKind.Array ? [.. some.EnumerateArray()] : [some])
        : (false, []);

    /// <summary>The texts without a text in them whose first character comes in it once (Knuth, Morris, Pratt 1977).</summary>
    private static CodePointAutomaton Without(string text) => new([.. Enumerable.Range(0, text.Length).Select(read =>
    {
        var others = CodePoints.InPatterns.Intersect(CodePointSet.Of(text[0], text[read]).Complement(CodePoints.Last));
        var moves = new List<(CodePointSet, int)> { (others, 0), (CodePointSet.Of(text[0]), 1) };
        if (read > 0 && read + 1 < text.Length)
        {
            moves.Add((CodePointSet.Of(text[read]), read + 1));
        }

        return new CodePointAutomaton.State(true, moves);
    })]);

    /// <summary>The texts that two automata accept.</summary>
    private static CodePointAutomaton Both(CodePointAutomaton left, CodePointAutomaton right)
    {
        var numbers = new Dictionary<(int, int), int> { [(0, 0)] = 0 };
        var pairs = new List<(int Left, int Right)> { (0, 0) };
        var states = new List<CodePointAutomaton.State>();
        for (var i = 0; i < pairs.Count; i++)
        {
            var (from, with) = (left.States[pairs[i].Left], right.States[pairs[i].Right]);
            var moves = new List<(CodePointSet, int)>();
            foreach (var (set, target) in from.Moves)
            {
                foreach (var (other, otherTarget) in with.Moves)
                {
                    if (set.Intersect(other) is { Ranges.Count: > 0 } both)
                    {
                        var pair = (target, otherTarget);
                        if (numbers.TryAdd(pair, pairs.Count))
                        {
                            pairs.Add(pair);
                        }

                        moves.Add((both, numbers[pair]));
                    }
                }
            }

            states.Add(new(from.Accepts && with.Accepts, moves));
        }

        return new(states);
    }
}
