using LoopLM.Tools.Data.Tales.Questions;
using LoopLM.Tools.Data.Tales.Words;
using LoopLM.Tools.Data.Tasks;

namespace LoopLM.Tools.Data.Tales.Documents;

/// <summary>Turns tales, questions and sums into documents.</summary>
/// <param name="random">Chooses wordings.</param>
/// <param name="mixture">How many questions there are, and which.</param>
internal sealed class TaleDocuments(Random random, TaleMixture mixture)
{
    private static readonly IReadOnlyList<string> s_requests = TaleFile.Lines("requests.txt");
    private static readonly IReadOnlyList<string> s_continuations = TaleFile.Lines("continuations.txt");
    private static readonly IReadOnlyList<string> s_repetitions = TaleFile.Lines("repetitions.txt");
    private static readonly IReadOnlyList<string> s_sums = TaleFile.Lines("sums.txt");

    /// <summary>A tale as running text.</summary>
    public static Segment[] Text(Tale tale) => Data.Documents.Text(tale.Text);

    /// <summary>A tale with questions: running text, or a chat whose first message is the tale with the first question.</summary>
    public Segment[] Questions(Tale whole)
    {
        var tale = Begin(whole);
        var questions = Ask(tale);
        if (questions.Count == 0)
        {
            // A beginning that answers nothing is told whole.
            (tale, questions) = (whole, Ask(whole));
        }

        return random.NextDouble() < mixture.Chat
            ? Chat([.. questions.Select((question, number) =>
                (number == 0 ? $"{tale.Text}\n\n{question.Text}" : question.Text, question.Answer, (string?)Label(question)))])
            :
            [
                new(SpecialTokens.EndOfText, false),
                new(tale.Text, true),
                .. questions.SelectMany(question =>
                    (Segment[])[new($"\n\nQuestion: {question.Text}\nAnswer:", false),
                    new($" {question.Answer}", true) { Label = Label(question) }]),
                new(SpecialTokens.EndOfText, true),
            ];
    }

    /// <summary>A chat that asks for a tale, and sometimes about it.</summary>
    public Segment[] Request(Tale tale) =>
        Chat([(RequestFor(tale), tale.Text, null), .. (random.Next(3) == 0 ? Ask(tale) : [])
            .Select(question => (question.Text, question.Answer, (string?)Label(question)))]);

    /// <summary>What asks for a tale: <c>Tell me a story about a fox and a lantern.</c></summary>
    public string RequestFor(Tale tale)
    {
        var kind = Lexicon.WithArticle(tale.Hero.Kind);
        var hero = random.Next(4) == 0 ? $"{kind} named {tale.Hero.Name}" : kind;
        var thing = Lexicon.Things.ContainsKey(tale.Thing) ? Lexicon.WithArticle(tale.Thing) : $"some {tale.Thing}";
        var request = string.Format(null, OneOf(s_requests), hero, thing);
        return random.Next(6) switch
        {
            0 => request.Replace($" and {thing}", "", StringComparison.Ordinal).Replace($" with {thing}", "", StringComparison.Ordinal),
            1 => request.Replace($"{hero} and ", "", StringComparison.Ordinal).Replace($"{hero} with ", "", StringComparison.Ordinal),
            _ => request,
        };
    }

    /// <summary>A chat that asks to go on with the first sentences of a tale.</summary>
    public Segment[] Continuation(Tale tale)
    {
        var told = random.Next(2, Math.Max(3, tale.Sentences.Count / 2));
        var begun = Tale.TextOf(tale.Sentences.Take(told));
        return Chat([(string.Format(null, OneOf(s_continuations), begun), tale.Text[begun.Length..].TrimStart(), null)]);
    }

    /// <summary>A chat that asks to repeat a tale word for word.</summary>
    public Segment[] Repetition(Tale tale)
    {
        var text = Begin(tale).Text;
        return Chat([(string.Format(null, OneOf(s_repetitions), text), text, null)]);
    }

    /// <summary>A chat with a sum in words.</summary>
    public Segment[] Sum(Problem problem)
    {
        var numbers = problem.Question.Split('+');
        return Chat([(string.Format(null, OneOf(s_sums), numbers[0], numbers[1]), problem.Answer, "sum")]);
    }

    /// <summary>What an evaluation tells answers apart by: the steps and the kind of the question.</summary>
    private static string Label(TaleQuestion question) => $"{question.Steps} {question.Kind}";

    /// <summary>The first sentences of a tale, as many as the mixture wants.</summary>
    private Tale Begin(Tale tale)
    {
        var told = random.Next(mixture.Sentences.Low, mixture.Sentences.High + 1);
        return told < tale.Sentences.Count
            ? new(tale.Title, tale.Plot, tale.Hero, tale.Thing, tale.Cast, [.. tale.Sentences.Take(told)])
            : tale;
    }

    private IReadOnlyList<TaleQuestion> Ask(Tale tale) =>
        new QuestionSampler(random, mixture.Unanswered, mixture.Steps, mixture.Kinds).Draw(
            tale, random.Next(mixture.Asked.Low, mixture.Asked.High + 1));

    private static Segment[] Chat(IReadOnlyList<(string Question, string Answer, string? Label)> turns)
    {
        var segments = Data.Documents.Chat([.. turns.Select(turn => (turn.Question, turn.Answer))]);
        return [.. segments.Select((segment, number) => segment.IsTarget ? segment with { Label = turns[number / 2].Label } : segment)];
    }

    private T OneOf<T>(IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];
}
