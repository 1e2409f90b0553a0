using System.Globalization;

namespace LoopLM.Tools.Data.Tales.World;

/// <summary>Who and what is where, and who has what, as the events of a tale have it.</summary>
internal sealed class TaleWorld
{
    private readonly Dictionary<string, string> _at = [];
    private readonly Dictionary<string, string> _homes = [];
    private readonly Dictionary<string, string> _holders = [];
    private readonly Dictionary<string, string> _owners = [];
    private readonly Dictionary<string, string> _lies = [];
    private readonly HashSet<string> _known = [];
    private readonly HashSet<string> _broken = [];
    private readonly HashSet<string> _hurt = [];
    private readonly HashSet<string> _sad = [];
    private readonly HashSet<string> _marks = [];
    private readonly Dictionary<(string, string), int> _counts = [];

    /// <summary>Where someone is; null where nobody has said so.</summary>
    public string? PlaceOf(string person) => _at.GetValueOrDefault(person);

    /// <summary>Where someone lives; null where nobody has said so.</summary>
    public string? HomeOf(string person) => _homes.GetValueOrDefault(person);

    /// <summary>Who has a thing; null where nobody has it.</summary>
    public string? HolderOf(string thing) => _holders.GetValueOrDefault(thing);

    /// <summary>How many someone has.</summary>
    public int CountOf(string person, string food) => _counts.GetValueOrDefault((person, food));

    /// <summary>Whether someone or something has entered the tale.</summary>
    public bool Knows(string name) => _known.Contains(name);

    /// <summary>What speaks against an event now; nothing where it may happen.</summary>
    public IEnumerable<string> Contradictions(TaleEvent happening)
    {
        foreach (var role in happening.Rule.Roles.Where(role => "abcoq".Contains(role, StringComparison.Ordinal)
            && !happening.Rule.Generic.Contains(role, StringComparison.Ordinal)))
        {
            var name = happening.Of(role);
            if (name is null || _known.Contains(name) == (role == happening.Rule.New))
            {
                yield return name is null ? $"{happening.Rule.Name}: nobody says who or what is {role}." : role == happening.Rule.New
                    ? $"{name} enters the tale twice." : $"{name} is unknown.";
                yield break;
            }
        }

        foreach (var need in happening.Rule.Needs)
        {
            if (!Holds(need.Verb, [.. need.Words.Select(word => Word(happening, word))]))
            {
                var who = string.Join(' ', need.Words.Select(word => Word(happening, word)));
                yield return $"{happening.Rule.Name}: not {need.Verb} {who}.";
            }
        }

        if (happening.People.Distinct().Count() < happening.People.Count())
        {
            yield return $"{happening.Rule.Name}: one person has two roles.";
        }
    }

    /// <summary>Lets an event happen.</summary>
    public void Apply(TaleEvent happening)
    {
        _known.UnionWith(happening.Rule.Roles.Where(role => role == happening.Rule.New).Select(role => happening.Of(role) ?? ""));
        foreach (var need in happening.Rule.Needs.Where(need => need.Verb is "together" or "here" or "near"))
        {
            Settle(need.Verb, [.. need.Words.Select(word => Word(happening, word))]);
        }

        foreach (var effect in happening.Rule.Effects)
        {
            Do(effect.Verb, [.. effect.Words.Select(word => Word(happening, word))]);
        }
    }

    private static string? Word(TaleEvent happening, string word) => word.Length == 1 ? happening.Of(word[0]) : word;

    private bool Holds(string verb, string?[] of) => verb switch
    {
        "has" => HolderOf(of[1]!) == of[0],
        "lacks" => HolderOf(of[1]!) != of[0],
        "owner" => _owners.GetValueOrDefault(of[1]!) == of[0],
        "notowner" => _owners.GetValueOrDefault(of[1]!) != of[0],
        "together" => Same(PlaceOf(of[0]!), PlaceOf(of[1]!)),
        "here" => Same(PlaceOf(of[0]!), of[1]),
        "elsewhere" => PlaceOf(of[0]!) != of[1],
        "is" => PlaceOf(of[0]!) == of[1],
        "away" => HomeOf(of[0]!) is { } home && PlaceOf(of[0]!) != home,
        "lives" => of[1] is null || HomeOf(of[0]!) == of[1],
        "near" => _lies.TryGetValue(of[1]!, out var place) && Same(PlaceOf(of[0]!), place),
        "notnear" => !_lies.TryGetValue(of[1]!, out var elsewhere) || PlaceOf(of[0]!) != elsewhere,
        "nearby" => HolderOf(of[1]!) is { } holder ? Same(PlaceOf(holder), PlaceOf(of[0]!))
            : _lies.GetValueOrDefault(of[1]!) == PlaceOf(of[0]!),
        "lies" => _lies.GetValueOrDefault(of[0]!) == of[1],
        "whole" => !_broken.Contains(of[0]!),
        "broken" => _broken.Contains(of[0]!),
        "hurt" => _hurt.Contains(of[0]!),
        "sad" => _sad.Contains(of[0]!),
        "promised" => _marks.Contains($"promise {string.Join(' ', of)}"),
        "marked" => _marks.Contains(string.Join(' ', of)),
        "atleast" => CountOf(of[0]!, of[2]!) >= Number(of[1]),
        "count" => CountOf(of[0]!, of[2]!) == Number(of[1]),
        "count2" => CountOf(of[0]!, of[2]!) == 2 * Number(of[1]),
        _ => throw new InvalidOperationException($"'{verb}' is no need."),
    };

    private void Do(string verb, string?[] of)
    {
        switch (verb)
        {
            case "at": Move(of[0]!, of[1]); break;
            case "with": Move(of[0]!, PlaceOf(of[1]!)); break;
            case "gohome": Move(of[0]!, HomeOf(of[0]!)); break;
            case "home" when of[1] is { } place: _homes[of[0]!] = place; break;
            case "hold": _holders[of[1]!] = of[0]!; _lies.Remove(of[1]!); break;
            case "own": _owners[of[1]!] = of[0]!; break;
            case "put" or "putby" when (verb == "put" ? of[1]
                : PlaceOf(of[1]!)) is { } place:
                _lies[of[0]!] = place; _holders.Remove(of[0]!); break;
            case "break": _broken.Add(of[0]!); _hurt.Add(of[0]!); break;
            case "mend": _broken.Remove(of[0]!); break;
            case "grief": _sad.Add(of[0]!); break;
            case "glad": _sad.Remove(of[0]!); break;
            case "promise": _marks.Add($"promise {string.Join(' ', of)}"); break;
            case "kept": _marks.Remove($"promise {string.Join(' ', of)}"); break;
            case "mark": _marks.Add(string.Join(' ', of)); break;
            case "set": _counts[(of[0]!, of[2]!)] = Number(of[1]); break;
            case "add": _counts[(of[0]!, of[2]!)] = CountOf(of[0]!, of[2]!) + Number(of[1]); break;
            case "sub": _counts[(of[0]!, of[2]!)] = CountOf(of[0]!, of[2]!) - Number(of[1]); break;
            case "home" or "put" or "putby" or "friends" or "lost": break;
            default: throw new InvalidOperationException($"'{verb}' is no effect.");
        }
    }

    /// <summary>Takes from a need where someone is of whom nobody has said it.</summary>
    private void Settle(string verb, string?[] of)
    {
        var place = verb switch { "together" => PlaceOf(of[1]!), "here" => of[1], _ => _lies.GetValueOrDefault(of[1]!) };
        if (PlaceOf(of[0]!) is null)
        {
            Move(of[0]!, place);
        }
        else if (verb == "together" && place is null)
        {
            Move(of[1]!, PlaceOf(of[0]!));
        }
    }

    private void Move(string person, string? place)
    {
        if (place is not null)
        {
            _at[person] = place;
        }
    }

    private static bool Same(string? one, string? other) => one is null || other is null || one == other;

    private static int Number(string? digits) => int.Parse(digits ?? "0", CultureInfo.InvariantCulture);
}
