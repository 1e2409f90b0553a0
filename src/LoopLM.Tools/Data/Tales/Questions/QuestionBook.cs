using System.Collections.Frozen;
using LoopLM.Tools.Data.Tales.Words;
using LoopLM.Tools.Data.Tales.World;

namespace LoopLM.Tools.Data.Tales.Questions;

/// <summary>All questions that a tale answers.</summary>
internal sealed class QuestionBook
{
    /// <summary>Most steps of a question.</summary>
    public const int MostSteps = 4;

    private static readonly string[] s_gifts = ["give", "reward", "return", "keep"];

    private readonly Chronicle _chronicle;
    private readonly Cast _cast;
    private readonly References _references;
    private readonly List<TaleQuestion> _questions = [];

    private QuestionBook(Chronicle chronicle, Cast cast) => (_chronicle, _cast, _references) = (chronicle, cast, new(chronicle, cast));

    /// <summary>The wordings of each kind of question.</summary>
    public static FrozenDictionary<string, string[]> Wordings { get; } =
        TaleFile.Lines("questions.txt").Select(line => line.Split(" | ")).ToFrozenDictionary(line => line[0], line => line[1..]);

    /// <summary>Asks all questions that some events of a tale answer in at most four steps.</summary>
    /// <param name="chronicle">The events.</param>
    /// <param name="cast">Who and what is in the tale.</param>
    public static IReadOnlyList<TaleQuestion> Of(Chronicle chronicle, Cast cast)
    {
        var book = new QuestionBook(chronicle, cast);
        book.AskAboutThings();
        book.AskAboutPeople();
        book.AskAboutGifts();
        book.AskWhetherTrue();
        return book._questions;
    }

    /// <summary>
    /// Whether a question takes all of its steps: its events alone give its answer, and without any one of them there is another or none. A
    /// question
    /// that is answered with no asks about one of many places or people; there only the first is asked for.
    /// </summary>
    public static bool TakesAllSteps(TaleQuestion question, Chronicle chronicle, Cast cast)
    {
        bool StillAnswers(IEnumerable<int> evidence) =>
            Of(chronicle.Only(evidence.ToHashSet()), cast).Any(other => other.Text == question.Text && other.Answer == question.Answer);
        return StillAnswers(question.Evidence)
            && (question.Answer == "No."
            || !question.Evidence.Any(left => StillAnswers(question.Evidence.Where(number => number != left))));
    }

    /// <summary>A question that the tale may not answer.</summary>
    public static TaleQuestion Unanswered(string kind, params IReadOnlyList<string> slots) =>
        new(kind, Text(kind, slots), TaleQuestion.Unknown, 0) { Slots = slots };

    private void AskAboutThings()
    {
        foreach (var things in _references.Things.GroupBy(thing => thing.Id))
        {
            var (holder, place, before) = (_chronicle.Holder(things.Key), _chronicle.PlaceOfThing(things.Key),
                _chronicle.PlaceBefore(things.Key));
            var colour = _chronicle.Only(happening => happening.NewThing?.Noun == things.Key) is var (number, _)
                ? Answer.From(_cast.Things[things.Key].Colour, number) : null;
            foreach (var thing in things)
            {
                Add("holder", holder, AnswerText.Person, [thing]);
                Add("where", place, AnswerText.Place, [thing]);
                Add("before", before, AnswerText.Place, [thing]);
                Add("colour", colour, AnswerText.Sentence, [thing]);
                foreach (var (verb, doer) in _references.DoersOf(thing))
                {
                    Add("doer", doer, AnswerText.Person, [thing, new(verb, "", [])]);
                }
            }
        }
    }

    private void AskAboutPeople()
    {
        var foods = _chronicle.Events.Select(each => each.Event.Of('f')).OfType<string>().Distinct().ToList();
        foreach (var people in _references.People.GroupBy(person => person.Id))
        {
            var (place, reason) = (_chronicle.PlaceOf(people.Key), Reason(people.Key));
            foreach (var person in people)
            {
                Add("where", place, AnswerText.Place, [person]);
                Add("why", reason, AnswerText.Sentence, [person]);
                AskWhat(person);
                foreach (var food in foods)
                {
                    Add("count", _chronicle.Count(person.Id, food), AnswerText.Number, [person, new(Lexicon.Foods[food], food, [])]);
                }
            }
        }
    }

    /// <summary>Asks what someone is, unless the question says it.</summary>
    private void AskWhat(Reference person)
    {
        if (person.Text != $"the {_cast.People[person.Id].Kind}"
            && _chronicle.Only(happening => happening.NewPerson?.Name == person.Id) is var (number, _))
        {
            Add("what", Answer.From(_cast.People[person.Id].Kind, number), AnswerText.Kind, [person]);
        }
    }

    private void AskAboutGifts()
    {
        AskAboutGifts("giver", s_gifts);
        AskAboutGifts("lender", ["lend"]);
    }

    private void AskAboutGifts(string kind, string[] rules)
    {
        foreach (var gifts in _chronicle.Events.Where(each => rules.Contains(each.Event.Rule.Name))
            .GroupBy(each => (Thing: each.Event.Of('o'), Person: each.Event.Of('b'))).Where(gifts => gifts.Count() == 1))
        {
            var gift = gifts.First();
            var answer = Answer.From(gift.Event.Of('a')!, gift.Number);
            foreach (var thing in _references.Things.Where(thing => thing.Id == gifts.Key.Thing))
            {
                foreach (var person in _references.People.Where(person => person.Id == gifts.Key.Person
                    && !person.Evidence.Overlaps(thing.Evidence)))
                {
                    Add(kind, answer, AnswerText.Person, [thing, person]);
                }
            }
        }
    }

    private void AskWhetherTrue()
    {
        foreach (var thing in _references.Things)
        {
            if (_chronicle.Holder(thing.Id) is { } holder)
            {
                foreach (var person in _references.Names)
                {
                    Add("true-has", holder with { Value = person.Id == holder.Value ? "yes" : "no" }, AnswerText.Sentence, [person, thing]);
                }
            }
        }

        AskWhetherThere(_references.Things, _chronicle.PlaceOfThing);
        AskWhetherThere(_references.People, _chronicle.PlaceOf);
    }

    private void AskWhetherThere(IEnumerable<Reference> references, Func<string, int, Answer?> of)
    {
        foreach (var reference in references)
        {
            if (of(reference.Id, int.MaxValue) is { } there)
            {
                foreach (var place in _cast.Places.Keys)
                {
                    Add("true-where", there with { Value = place == there.Value ? "yes" : "no" }, AnswerText.Sentence,
                        [reference, new(AnswerText.PlaceInside(place), place, [])]);
                }
            }
        }
    }

    private void Add(string kind, Answer? answer, Func<string, string> text, IReadOnlyList<Reference> references)
    {
        if (answer is null)
        {
            return;
        }

        var evidence = references.Aggregate(answer.Evidence, (all, reference) => all.Union(reference.Evidence));
        if (evidence.Count is >= 1 and <= MostSteps)
        {
            string[] slots = [.. references.Select(reference => reference.Text)];
            _questions.Add(new(kind, Text(kind, slots), text(answer.Value), evidence.Count) { Slots = slots, Evidence = evidence });
        }
    }

    private static string Text(string kind, IReadOnlyList<string> slots)
    {
        var text = string.Format(null, Wordings[kind][0], [.. slots]);
        return $"{char.ToUpperInvariant(text[0])}{text[1..]}";
    }

    /// <summary>Why someone cried, if they cried once.</summary>
    private Answer? Reason(string person) =>
        _chronicle.Only(happening => happening.Rule.Name == "cry" && happening.Of('a') == person) is var (tears, _)
            && _chronicle.GriefBefore(person, tears) is var (number, cause, verb)
            ? Answer.From(verb == "refused" ? $"because {cause.Of('a')} said no" : $"because the {cause.Of('o')} was {verb}", number, tears)
            : null;
}
