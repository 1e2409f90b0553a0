using System.Globalization;
using LoopLM.Tools.Data.Tales.World;

namespace LoopLM.Tools.Data.Tales.Questions;

/// <summary>
/// What a list of events says, each answer with the fewest events that say so. Events are kept by their number, so that some of them can be
/// left out:
/// the answer stands as long as its evidence does.
/// </summary>
/// <param name="events">The events by number, in their order.</param>
internal sealed class Chronicle(IReadOnlyList<(int Number, TaleEvent Event)> events)
{
    /// <summary>A chronicle of all events of a tale.</summary>
    public static Chronicle Of(IReadOnlyList<TaleEvent> events) => new([.. events.Select((happening, number) => (number, happening))]);

    /// <summary>The events.</summary>
    public IReadOnlyList<(int Number, TaleEvent Event)> Events => events;

    /// <summary>A chronicle of some of the events.</summary>
    public Chronicle Only(IReadOnlySet<int> numbers) => new([.. events.Where(each => numbers.Contains(each.Number))]);

    /// <summary>Who has a thing, before an event if one is given.</summary>
    public Answer? Holder(string thing, int before = int.MaxValue) =>
        Change(thing, before) is var (number, happening) && Holder(happening, thing) is { } holder ? Answer.From(holder, number) : null;

    /// <summary>Where someone is, before an event if one is given.</summary>
    public Answer? PlaceOf(string person, int before = int.MaxValue)
    {
        foreach (var (number, happening) in events.Reverse().Where(each => each.Number < before))
        {
            if (happening.Of('p') is { } place && happening.People.Contains(person) && SaysWhere(happening, person))
            {
                return Answer.From(place, number);
            }

            foreach (var effect in happening.Rule.Effects.Where(effect => effect.Words.Length > 0
                && happening.Of(effect.Words[0][0]) == person))
            {
                switch (effect.Verb)
                {
                    case "gohome":
                        return HomeOf(person) is { } home ? home with { Evidence = home.Evidence.Add(number) } : null;
                    // Who is met where they were says nothing new of them.
                    case "with" when PlaceOf(happening.Of(effect.Words[1][0])!, number) is { } with
                        && PlaceOf(person, number)?.Value != with.Value:
                        return with with { Evidence = with.Evidence.Add(number) };
                }
            }
        }

        return null;
    }

    /// <summary>Where a thing is, before an event if one is given: where it lies, or where the one who has it is.</summary>
    public Answer? PlaceOfThing(string thing, int before = int.MaxValue)
    {
        if (Change(thing, before) is not var (number, happening))
        {
            return null;
        }

        if (Holder(happening, thing) is { } holder)
        {
            // Where the holder was when the thing was got counts as long as the holder has not gone on.
            return happening.Of('p') is { } there && happening.People.Contains(holder)
                && PlaceOf(holder, before)?.Evidence is [var only] && only == number
                ? Answer.From(there, number)
                : PlaceOf(holder, before) is { } at ? at with { Evidence = at.Evidence.Add(number) } : null;
        }

        return happening.Of('p') is { } place ? Answer.From(place, number)
            : PlaceOf(happening.Of('a')!, number + 1) is { } spot ? spot with { Evidence = spot.Evidence.Add(number) } : null;
    }

    /// <summary>Where a thing was before it was where it is; null where it has been in one place only.</summary>
    public Answer? PlaceBefore(string thing)
    {
        if (PlaceOfThing(thing) is not { } now)
        {
            return null;
        }

        foreach (var (number, _) in events.Reverse())
        {
            if (PlaceOfThing(thing, number) is { } earlier && earlier.Value != now.Value)
            {
                return earlier.Given(now);
            }
        }

        return null;
    }

    /// <summary>How many of some food someone has.</summary>
    public Answer? Count(string person, string food)
    {
        var (sum, evidence) = (0, new List<int>());
        foreach (var (number, happening) in events.Where(each => each.Event.Of('f') == food))
        {
            foreach (var effect in happening.Rule.Effects.Where(effect => happening.Of(effect.Words[0][0]) == person))
            {
                var count = int.Parse(happening.Of('n')!, CultureInfo.InvariantCulture);
                if (effect.Verb == "set")
                {
                    evidence.Clear();
                }

                sum = effect.Verb switch { "set" => count, "add" => sum + count, _ => sum - count };
                evidence.Add(number);
            }
        }

        return evidence.Count > 0 && sum >= 0 ? Answer.From(sum.ToString(CultureInfo.InvariantCulture), evidence[0], evidence) : null;
    }

    /// <summary>
    /// The only event of a kind that fits, for descriptions such as "the one who lost the hat"; null where there is none, or more than one.
    /// </summary>
    /// <param name="fits">Which events fit.</param>
    public (int Number, TaleEvent Event)? Only(Func<TaleEvent, bool> fits)
    {
        var found = events.Where(each => fits(each.Event)).Take(2).ToList();
        return found is [var one] ? one : null;
    }

    /// <summary>What made someone sad, told before their only tears: the event is given with its number.</summary>
    public (int Number, TaleEvent Event, string Verb)? GriefBefore(string person, int number)
    {
        foreach (var (before, happening) in events.Reverse().Where(each => each.Number < number))
        {
            if (happening.Rule.Effects.FirstOrDefault(effect => effect.Verb == "grief"
                && happening.Of(effect.Words[0][0]) == person) is { } grief)
            {
                return (before, happening, grief.Words[1]);
            }
        }

        return null;
    }

    private Answer? HomeOf(string person) => events
        .Where(each => each.Event.Of('p') is not null
            && each.Event.Rule.Effects.Any(effect => effect.Verb == "home" && each.Event.Of(effect.Words[0][0]) == person))
        .Select(each => Answer.From(each.Event.Of('p')!, each.Number))
        .FirstOrDefault();

    /// <summary>The last event that changed who has a thing or where it lies.</summary>
    private (int Number, TaleEvent Event)? Change(string thing, int before)
    {
        for (var i = events.Count - 1; i >= 0; i--)
        {
            var (number, happening) = events[i];
            if (number < before && happening.Rule.Effects.Any(effect => IsChange(effect, happening, thing)))
            {
                return events[i];
            }
        }

        return null;
    }

    private static bool IsChange(Clause effect, TaleEvent happening, string thing) => effect.Verb switch
    {
        "hold" => happening.Of(effect.Words[1][0]) == thing,
        "put" or "putby" => happening.Of(effect.Words[0][0]) == thing,
        _ => false,
    };

    private static string? Holder(TaleEvent happening, string thing) => happening.Rule.Effects
        .Where(effect => effect.Verb == "hold" && happening.Of(effect.Words[1][0]) == thing)
        .Select(effect => happening.Of(effect.Words[0][0]))
        .FirstOrDefault();

    /// <summary>Whether an event with a place says that someone is there: where it moves them there, or happens there.</summary>
    private static bool SaysWhere(TaleEvent happening, string person) =>
        happening.Rule.Effects.Any(effect => effect.Verb is "at" && happening.Of(effect.Words[0][0]) == person)
        || happening.Rule.Needs.Any(need => need.Verb == "here" && happening.Of(need.Words[0][0]) == person)
        || (happening.Rule.Effects.Any(effect => effect.Verb == "with" && happening.Of(effect.Words[0][0]) == person));
}
