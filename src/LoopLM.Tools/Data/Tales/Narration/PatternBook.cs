using System.Collections.Frozen;
using LoopLM.Tools.Data.Tales.Words;
using LoopLM.Tools.Data.Tales.World;

namespace LoopLM.Tools.Data.Tales.Narration;

/// <summary>All events and the patterns that tell them.</summary>
internal static class PatternBook
{
    private static readonly string[] s_files = ["openings.txt", "moving.txt", "having.txt", "losing.txt", "talking.txt",
        "counting.txt", "endings.txt"];

    /// <summary>Patterns in the order of their files.</summary>
    public static IReadOnlyList<Pattern> Patterns { get; } = [.. s_files.SelectMany(Read)];

    /// <summary>Patterns by the name of their event.</summary>
    public static FrozenDictionary<string, Pattern[]> ByEvent { get; } = Patterns.GroupBy(pattern => pattern.Rule.Name)
        .ToFrozenDictionary(group => group.Key, group => group.ToArray());

    /// <summary>Rules of events by their name.</summary>
    public static FrozenDictionary<string,
        EventRule> Rules
    { get; } = ByEvent.ToFrozenDictionary(pair => pair.Key, pair => pair.Value[0].Rule);

    private static IEnumerable<Pattern> Read(string file)
    {
        var (rule, number) = ((EventRule?)null, 0);
        foreach (var line in TaleFile.Lines(file))
        {
            if (line.StartsWith('='))
            {
                (rule, number) = (EventRule.Parse(line[1..]), 0);
                continue;
            }

            yield return rule is null ? throw new FormatException($"{file}: a pattern stands before the first event.")
                : new Pattern($"{rule.Name}-{++number}", rule, line);
        }
    }
}
