namespace LoopLM.Tools.Data.Tales.World;

/// <summary>A kind of event, as the tables have it: <c>give a b o ; has a o, together a b ; hold b o</c>.</summary>
/// <remarks>
/// Roles are letters: a, b and c are people, o and q things, p a place, n a number and f what is counted. <c>a*</c> enters the tale,
/// <c>o~</c> is a kind of thing and no one of them, and <c>p?</c> may be left unsaid.
/// </remarks>
/// <param name="Name">Its name.</param>
/// <param name="Roles">Letters of its roles.</param>
/// <param name="Optional">Those that may be left unsaid.</param>
/// <param name="New">The role that enters the tale; null where none does.</param>
/// <param name="Generic">Those that mean a kind of thing.</param>
/// <param name="Needs">What must hold before it.</param>
/// <param name="Effects">What holds after it.</param>
internal sealed record EventRule(string Name, string Roles, string Optional, char? New, string Generic, Clause[] Needs, Clause[] Effects)
{
    /// <summary>Reads a rule.</summary>
    public static EventRule Parse(string line)
    {
        var parts = line.Split(';');
        var words = parts[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string With(char mark) => string.Concat(words[1..].Where(word => word.EndsWith(mark)).Select(word => word[0]));
        return new(
            words[0], string.Concat(words[1..].Select(word => word[0])), With('?'), With('*') is [var role, ..] ? role : null,
                With('~'), Clause.List(parts[1]), Clause.List(parts[2]));
    }
}
