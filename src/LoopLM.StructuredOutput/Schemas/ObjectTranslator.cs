using LoopLM.StructuredOutput.Automata;

namespace LoopLM.StructuredOutput.Schemas;

/// <summary>
/// Writes objects: the properties in the order of the schema, and behind them all others, in any order. Among the others stand a few
/// names that have no place in the order: those that are required but described nowhere, and those of schemas under <c>allOf</c>.
/// </summary>
/// <param name="members">Says what is asked of members.</param>
/// <param name="ruleOf">The rule of a value.</param>
/// <param name="context">What the schemas of one grammar share.</param>
internal sealed class ObjectTranslator(MemberDemands members, Func<IReadOnlyList<Demand>, int> ruleOf, TranslationContext context)
{
    // Any order of so many names takes two to their power of places.
    private const int MaxLoose = 4;
    private const int MaxPlaces = 1 << 14;

    /// <summary>The place where an object begins.</summary>
    public int Translate(ObjectAssertions objects, SchemaLocation at)
    {
        var named = objects.Groups.Where(group => !group.Owner.Causes().Any(cause => cause.IsPart)).SelectMany(group => group.Properties).Select(property => property.Name).ToHashSet();
        var listed = objects.Listed
            .Select(name => (Name: name, Demands: members.Of(objects, name)))
            .Where(member => member.Demands is not null)
            .Select(member => new Member(Pair(member.Name, member.Demands!), objects.Required.Contains(member.Name), named.Contains(member.Name)))
            .ToList();
        var others = members.Others(objects).Select(other => context.Rules.Pair(context.Strings.Rule(other.Names), ruleOf(other.Values))).ToList();
        if (context.Problem is not null)
        {
            return GrammarBuilder.Return;
        }

        if (listed.Count > context.Limits.MaxAlternatives)
        {
            return context.Refuse(at, "properties", $"makes {listed.Count} properties; at most {context.Limits.MaxAlternatives} are allowed");
        }

        // Whether other names differ is not known, so one of them counts at most.
        var required = listed.Count(member => member.IsRequired);
        var min = objects.Min <= required ? 0 : objects.Min;
        if (min > required + 1 && others.Count > 0)
        {
            return context.Refuse(at, "minProperties", "asks for two or more properties beside the required ones, whose names may be any");
        }

        var loose = listed.Where(member => !member.IsNamed).ToList();
        var ordered = loose.Count > MaxLoose ? listed : listed.Except(loose).ToList();
        var max = others.Count == 0 && objects.Max >= listed.Count ? null : objects.Max;
        return new Writer(context, ordered, loose.Count > MaxLoose ? [] : loose, others, min, max) is { IsTooLarge: false } writer
            ? writer.Write()
            : context.Refuse(at, min > 0 ? "minProperties" : "maxProperties", "takes too large a grammar beside so many properties");
    }

    private Func<int, int> Pair(string name, IReadOnlyList<Demand> demands) => context.Rules.Pair(name, ruleOf(demands));

    private sealed record Member(Func<int, int> Pair, bool IsRequired, bool IsNamed);

    // A place of an object knows how many members stand before it, as far as that matters.
    private sealed class Writer(
        TranslationContext context, IReadOnlyList<Member> ordered, IReadOnlyList<Member> loose, IReadOnlyList<Func<int, int>> others, int min, int? max)
    {
        private readonly int _counted = Math.Max(Math.Max(1, min), max ?? 0);
        private readonly int?[,] _tails = new int?[Math.Max(Math.Max(1, min), max ?? 0) + 1, 1 << loose.Count];

        public bool IsTooLarge => (long)(_counted + 1) * (ordered.Count + (1 << loose.Count)) > MaxPlaces;

        public int Write()
        {
            var places = Enumerable.Range(0, _counted + 1).Select(count => Tail(count, 0)).ToArray();
            for (var i = ordered.Count - 1; i >= 0; i--)
            {
                var behind = places;
                places = [.. Enumerable.Range(0, _counted + 1).Select(count => Ordered(ordered[i], count, behind))];
            }

            return context.Builder.Literal("{"u8, places[0]);
        }

        private int Ordered(Member member, int count, int[] behind)
        {
            var with = count == max ? context.Builder.Choice() : Next(count, member.Pair, behind[After(count)]);
            return member.IsRequired ? with : count == max ? behind[count] : context.Builder.Choice(with, behind[count]);
        }

        private int Tail(int count, int seen)
        {
            if (_tails[count, seen] is { } known)
            {
                return known;
            }

            var place = context.Builder.Reserve();
            _tails[count, seen] = place;
            var choices = new List<int>();
            if (count != max)
            {
                choices.AddRange(loose.Index().Where(member => (seen & (1 << member.Index)) == 0)
                    .Select(member => Next(count, member.Item.Pair, Tail(After(count), seen | (1 << member.Index)))));
                choices.AddRange(others.Select(other => Next(count, other, Tail(After(count), seen))));
            }

            if (count >= min && loose.Index().All(member => !member.Item.IsRequired || (seen & (1 << member.Index)) != 0))
            {
                choices.Add(context.Builder.Literal("}"u8, GrammarBuilder.Return));
            }

            context.Builder.Define(place, context.Builder.Choice([.. choices]));
            return place;
        }

        private int Next(int count, Func<int, int> pair, int next) => count == 0 ? pair(next) : context.Rules.Comma(pair(next));

        private int After(int count) => Math.Min(count + 1, _counted);
    }
}
