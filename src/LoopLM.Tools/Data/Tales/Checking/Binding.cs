using LoopLM.Tools.Data.Tales.Narration;
using LoopLM.Tools.Data.Tales.Words;
using LoopLM.Tools.Data.Tales.World;

namespace LoopLM.Tools.Data.Tales.Checking;

/// <summary>Who and what fills the slots of a pattern, as far as a text has been read.</summary>
internal sealed record Binding
{
    /// <summary>Nothing yet.</summary>
    public static readonly Binding None = new();

    private Dictionary<char, string> Roles { get; init; } = [];

    private List<(char Role, Gender Gender)> Pronouns { get; init; } = [];

    private Person? Person { get; init; }

    /// <summary>Things as they are described, each with its noun.</summary>
    public List<Thing> Descriptions { get; private init; } = [];

    /// <summary>Places with their adjectives.</summary>
    public List<(string Place, string Adjective)> Adjectives { get; private init; } = [];

    /// <summary>The binding with one more slot; null where the slot says another than one before.</summary>
    public Binding? With(PatternPart slot, SlotReading reading)
    {
        var roles = new Dictionary<char, string>(Roles);
        if ((reading.Id is { } id && !TryBind(roles, slot.Role, id)) || (reading.Food is { } food && !TryBind(roles, 'f', food)))
        {
            return null;
        }

        return this with
        {
            Roles = roles,
            Pronouns = reading.Gender is { } gender ? [.. Pronouns, (slot.Role, gender)] : Pronouns,
            Person = reading.Person ?? Person,
            Descriptions = reading.Thing is { } thing
                ? [.. Descriptions, thing.Noun.Length > 0 ? thing : thing with { Noun = $"{slot.Role}" }] : Descriptions,
            Adjectives = reading.Adjective is { } adjective ? [.. Adjectives, (reading.Id!, adjective)] : Adjectives,
        };
    }

    /// <summary>The event that the whole sentence tells; null where a pronoun has the wrong gender.</summary>
    public TaleEvent? Event(Pattern pattern, TaleContext context)
    {
        var roles = new Dictionary<char, string>(Roles);
        foreach (var (role, gender) in Pronouns)
        {
            roles.TryAdd(role, context.Person(gender) ?? $"{gender}?");
            if (Lexicon.Names.TryGetValue(roles[role], out var own) && own != gender)
            {
                return null;
            }
        }

        var thing = pattern.Rule.New is 'o' or 'q'
            ? Descriptions.FirstOrDefault(description => description.Noun == roles[pattern.Rule.New.Value]) : null;
        return thing is { Look: "" } or { Colour: "" } || pattern.Rule.Roles.Except(pattern.Rule.Optional)
            .Any(role => !roles.ContainsKey(role))
            ? null
            : new TaleEvent(pattern.Rule, roles) { NewPerson = pattern.Rule.New is 'a' or 'b' or 'c' ? Person : null, NewThing = thing };
    }

    private static bool TryBind(Dictionary<char, string> roles, char role, string id) => roles.TryAdd(role, id) || roles[role] == id;
}
