using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using LoopLM.StructuredOutput.Schemas;

namespace LoopLM.StructuredOutput.Calls;

/// <summary>Strings that stand between tags as they are, up to <see cref="End"/>.</summary>
internal static class ParameterText
{
    /// <summary>What ends a value, behind a line end.</summary>
    public const string End = "</parameter>";

    private const int MaxReferences = 32;

    private static readonly string[] s_logic = ["$ref", "$dynamicRef", "$recursiveRef", "allOf", "anyOf", "oneOf", "not", "if"];
    private static readonly string[] s_form = ["minLength", "maxLength", "pattern", "format"];
    private static readonly StringLanguage s_any =
        new(JsonRules.Compile(JsonRules.Parse("(?!(?s:.*)(?:" + Regex.Escape(End) + "|[\\u0000-\\u0007\\u000B\\u000E-\\u001F]))(?s:.*)")));

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

    /// <summary>What a schema refers to where it says nothing else about strings; else itself.</summary>
    public static SchemaLocation Follow(SchemaLocation at, SchemaReferences references)
    {
        for (var i = 0; i < MaxReferences && at.TryGet("$ref", out _); i++)
        {
            var isAlone = s_logic.Count(keyword => at.TryGet(keyword, out _)) == 1
                && !s_form.Concat(["type", "enum", "const"]).Any(keyword => at.TryGet(keyword, out _));
            if (!isAlone || references.Resolve(at, "$ref", out _) is not { } target)
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
            : !(at.TryGet("pattern", out var pattern) && pattern.ValueKind != JsonValueKind.String)
                && !(at.TryGet("format", out var format) && format.ValueKind != JsonValueKind.String));
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

        var language = context.Strings.TryRead(TextsOf(at, "pattern"), TextsOf(at, "format"), min ?? 0, max, out var problem);
        language = language is null ? null : context.Strings.TryIntersect(language, s_any, out problem);
        return language is { IsEmpty: false }
            ? builder.Call(context.Rules.Rule(context.Rules.Raw(language)), next)
            : context.Refuse(at, at.TryGet("pattern", out _) ? "pattern" : at.TryGet("format", out _) ? "format" : null,
                $"cannot be enforced: {problem ?? "no string fulfils all assertions"}");
    }

    private static string[] TextsOf(SchemaLocation at, string keyword) =>
        at.TryGet(keyword, out var value) ? [value.GetString()!] : [];

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
}
