using LoopLM.Tools.Data.Tales.Words;

namespace LoopLM.Tools.Data.Tales.Questions;

/// <summary>
/// Draws questions about tales so that no guess wins: first the steps, then the kind, then the answer, then the question.
/// </summary>
/// <param name="random">Draws.</param>
/// <param name="unanswered">Share of questions that the tale does not answer.</param>
/// <param name="steps">Fewest and most steps of the others, 1 to 4.</param>
/// <param name="kinds">The kinds of questions; null for all.</param>
internal sealed class QuestionSampler(Random random, double unanswered, (int Low, int High) steps, IReadOnlyList<string>? kinds = null)
{
    /// <summary>Share of questions left out that ask for the hero, who does most of what happens.</summary>
    private const double HeroesLeftOut = 0.6;

    /// <summary>Draws different questions about a tale, fewer where it answers fewer.</summary>
    public IReadOnlyList<TaleQuestion> Draw(Tale tale, int count)
    {
        var chronicle = Chronicle.Of(tale.Events);
        List<TaleQuestion> all = [.. QuestionBook.Of(chronicle, tale.Cast).Where(question => kinds?.Contains(question.Kind) is not false)];
        var drawn = new List<TaleQuestion>();
        for (var tries = 0; drawn.Count < count && all.Count > 0 && tries < 4 * count; tries++)
        {
            if ((random.NextDouble() < unanswered ? Unanswered(tale, all) : Answered(all)) is { } question
                && !(question.Answer == AnswerText.Person(tale.Hero.Name) && random.NextDouble() < HeroesLeftOut)
                && drawn.All(other => other.Text != question.Text)
                && (question.Steps == 0 || QuestionBook.TakesAllSteps(question, chronicle, tale.Cast)))
            {
                drawn.Add(question);
            }
        }

        return [.. drawn.Select(question => question with { Text = Say(question) })];
    }

    private TaleQuestion? Answered(IReadOnlyList<TaleQuestion> all)
    {
        var drawn = random.Next(steps.Low, steps.High + 1);
        List<TaleQuestion> left = [.. all.Where(question => question.Steps == drawn)];
        return left.Count == 0 ? null : OneOf(Narrow(Narrow(left, question => question.Kind.Split('-')[0]), question => question.Answer));
    }

    /// <summary>Those of one key, each key as likely as the others.</summary>
    private List<TaleQuestion> Narrow(List<TaleQuestion> questions, Func<TaleQuestion, string> key)
    {
        var chosen = OneOf(questions.Select(key).Distinct().ToList());
        return [.. questions.Where(question => key(question) == chosen)];
    }

    /// <summary>
    /// A question like those that the tale answers, about someone or something that it does not mention, or about what did not happen.
    /// </summary>
    private TaleQuestion? Unanswered(Tale tale, IReadOnlyList<TaleQuestion> all)
    {
        var like = OneOf(all);
        var name = Missing(Lexicon.Ordered.Names, tale.Cast.People.Keys);
        var things = tale.Cast.Things.Keys;
        var thing = $"the {(things.Count == 0 || random.Next(2) == 0 ? Missing(Lexicon.Ordered.Things, things) : OneOf([.. things]))}";
        var question = like.Kind switch
        {
            "doer" => QuestionBook.Unanswered("doer", thing, like.Slots[1]),
            "giver" or "lender" => QuestionBook.Unanswered(like.Kind, thing, OneOf(tale.Cast.People.Keys.ToList())),
            "why" => QuestionBook.Unanswered("why", OneOf(tale.Cast.People.Keys.ToList())),
            "count" => QuestionBook.Unanswered("count", name, like.Slots[1]),
            "true-has" => QuestionBook.Unanswered("true-has", OneOf(tale.Cast.People.Keys.ToList()),
                $"the {Missing(Lexicon.Ordered.Things, tale.Cast.Things.Keys)}"),
            "true-where" => QuestionBook.Unanswered("true-where", name, like.Slots[1]),
            "what" => QuestionBook.Unanswered("what", name),
            "where" when random.Next(2) == 0 => QuestionBook.Unanswered("where", name),
            _ => QuestionBook.Unanswered(like.Kind, $"the {Missing(Lexicon.Ordered.Things, tale.Cast.Things.Keys)}"),
        };
        return all.Any(other => other.Kind == question.Kind && other.Slots.SequenceEqual(question.Slots))
            || IsAmbiguous(tale, question) ? null : question;
    }

    /// <summary>
    /// Whether the tale does say something, though no single answer: what someone did twice, or who gave a thing that changed hands by
    /// other means.
    /// </summary>
    private static bool IsAmbiguous(Tale tale, TaleQuestion question)
    {
        return question.Kind switch
        {
            "doer" => tale.Cast.Things.ContainsKey(question.Slots[0][4..])
                && question.Slots[1] is "took" or "found" or "first saw" or "left behind",
            "giver" or "lender" => tale.Events.Any(happening =>
                happening.Rule.Effects.Any(effect => effect.Verb == "hold"
                    && $"the {happening.Of(effect.Words[1][0])}" == question.Slots[0]
                    && happening.Of(effect.Words[0][0]) == question.Slots[1])),
            "why" => tale.Events.Any(happening => happening.Rule.Name == "cry" && happening.Of('a') == question.Slots[0]),
            _ => false,
        };
    }

    private string Missing(IReadOnlyList<string> words, IEnumerable<string> present)
    {
        for (; ; )
        {
            var word = OneOf(words);
            if (!present.Contains(word))
            {
                return word;
            }
        }
    }

    private string Say(TaleQuestion question)
    {
        var text = string.Format(null, OneOf(QuestionBook.Wordings[question.Kind]), [.. question.Slots]);
        return $"{char.ToUpperInvariant(text[0])}{text[1..]}";
    }

    private T OneOf<T>(IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];
}
