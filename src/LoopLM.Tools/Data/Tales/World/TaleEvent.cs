namespace LoopLM.Tools.Data.Tales.World;

/// <summary>Something that happens in a tale.</summary>
/// <param name="Rule">What kind of event it is.</param>
/// <param name="Roles">Who and what takes part, by the letter of the role: a name, a noun, or a number in digits.</param>
internal sealed record TaleEvent(EventRule Rule, IReadOnlyDictionary<char, string> Roles)
{
    /// <summary>Who enters the tale with it.</summary>
    public Person? NewPerson { get; init; }

    /// <summary>What enters the tale with it.</summary>
    public Thing? NewThing { get; init; }

    /// <summary>Who or what has a role; null where that is unsaid.</summary>
    public string? Of(char role) => Roles.GetValueOrDefault(role);

    /// <summary>The people who take part.</summary>
    public IEnumerable<string> People => "abc".Where(Roles.ContainsKey).Select(role => Roles[role]);

    /// <summary>The event with the names of those who take part, the same for equal events.</summary>
    public override string ToString() =>
        string.Join(' ', [Rule.Name, .. Rule.Roles.Where(Roles.ContainsKey).Select(role => $"{role}={Roles[role]}"), $"{NewPerson}",
            $"{NewThing}"]).TrimEnd();
}
