using System.Text.RegularExpressions;
using LoopLM.Tools.Data.Tales.World;

namespace LoopLM.Tools.Data.Tales.Narration;

/// <summary>A sentence with slots, written and read by the same parts: <c>[soon |]{A} gave {o} to {b}.</c></summary>
internal sealed partial class Pattern
{
    /// <summary>Reads a pattern.</summary>
    /// <param name="id">Its name.</param>
    /// <param name="rule">The event that it tells.</param>
    /// <param name="text">The sentence; its first letter is small.</param>
    /// <exception cref="FormatException">It does not fit the event.</exception>
    public Pattern(string id, EventRule rule, string text)
    {
        (Id, Rule, Parts) = (id, rule, [.. Split().Matches(text).Select(Part)]);
        Roles = string.Concat(Parts.Where(part => part.IsSlot).SelectMany(part => part.Form == "f" ? "nf" : $"{part.Role}").Distinct());
        Inferred = [.. Roles.Where(role => !Parts.Any(part => part.Role == role && part.Names) && !(role is 'n' or 'f'))];
        if (rule.Roles.Except(rule.Optional).Except(Roles).Any() || Roles.Except(rule.Roles).Any()
            || Parts.Any(part => part.Role == rule.New && part.Names && part.Form is not ("new" or "a")))
        {
            throw new FormatException($"Pattern {id} has the roles {Roles}, the event {rule.Roles}: '{text}'.");
        }
    }

    /// <summary>Its name, <c>give-3</c>.</summary>
    public string Id { get; }

    /// <summary>The event that it tells.</summary>
    public EventRule Rule { get; }

    /// <summary>Its parts.</summary>
    public IReadOnlyList<PatternPart> Parts { get; }

    /// <summary>Letters of the roles that it says.</summary>
    public string Roles { get; }

    /// <summary>Roles that a pronoun alone stands for: the sentence before says who that is.</summary>
    public IReadOnlyList<char> Inferred { get; }

    private static PatternPart Part(Match match)
    {
        var text = match.Value;
        return text[0] switch
        {
            '{' when text.Contains('.', StringComparison.Ordinal) =>
                new([], char.ToLowerInvariant(text[1]), text[3..^1], char.IsUpper(text[1])),
            '{' => new([], char.ToLowerInvariant(text[1]), "", char.IsUpper(text[1])),
            '[' => new(text[1..^1].Split('|')),
            _ => new([text]),
        };
    }

    [GeneratedRegex(@"\{[^}]*\}|\[[^\]]*\]|[^{\[]+")]
    private static partial Regex Split();
}
