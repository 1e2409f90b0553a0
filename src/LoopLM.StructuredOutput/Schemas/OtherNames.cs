using LoopLM.StructuredOutput.Patterns;
using LoopLM.StructuredOutput.Unicode;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>The strings that are none of some names: what <c>additionalProperties</c> is about.</summary>
internal static class OtherNames
{
    /// <summary>A trie of the names, left at the first character that none of them has.</summary>
    public static CodePointAutomaton Automaton(IEnumerable<string> names)
    {
        const int other = 0;
        var trie = new List<(Dictionary<int, int> Children, bool IsName)> { ([], false), ([], false) };
        foreach (var name in names)
        {
            var node = 1;
            foreach (var rune in name.EnumerateRunes())
            {
                if (!trie[node].Children.TryGetValue(rune.Value, out var child))
                {
                    child = trie.Count;
                    trie.Add(([], false));
                    trie[node].Children.Add(rune.Value, child);
                }

                node = child;
            }

            trie[node] = trie[node] with { IsName = true };
        }

        // State 0 is where an automaton begins, so the root and the rest change places.
        return new(Enumerable.Range(0, trie.Count).Select(number =>
        {
            var (children, isName) = trie[Swap(number)];
            var rest = CodePointSet.Of(children.Keys).Complement();
            return new CodePointAutomaton.State(
                !isName,
                [.. children.Select(child => (CodePointSet.Of(child.Key), Swap(child.Value))), (rest, Swap(other))]);
        }).ToList());

        static int Swap(int number) => number <= 1 ? 1 - number : number;
    }
}
