using LoopLM.Tools.Data.Tales.Questions;

namespace LoopLM.Tools.Data.Tales.Documents;

/// <summary>What documents about tales are made of. Weights are relative.</summary>
internal sealed record TaleMixture
{
    /// <summary>Weight of tales as running text.</summary>
    public double Text { get; init; } = 0.2;

    /// <summary>Weight of tales with questions, some as running text and some as chats.</summary>
    public double Questions { get; init; } = 0.5;

    /// <summary>Weight of chats that ask for a tale.</summary>
    public double Requests { get; init; } = 0.2;

    /// <summary>Weight of chats that ask to go on with a tale.</summary>
    public double Continuations { get; init; } = 0.05;

    /// <summary>Weight of chats that ask for sums.</summary>
    public double Sums { get; init; } = 0.05;

    /// <summary>Weight of chats that ask to repeat a tale word for word.</summary>
    public double Repetitions { get; init; }

    /// <summary>Fewest and most questions about a tale.</summary>
    public (int Low, int High) Asked { get; init; } = (3, 6);

    /// <summary>Fewest and most sentences that are told of a tale that is asked about or repeated; a shorter tale is told whole.</summary>
    public (int Low, int High) Sentences { get; init; } = (1000, 1000);

    /// <summary>Fewest and most steps of a question that a tale answers, 1 to 4.</summary>
    public (int Low, int High) Steps { get; init; } = (1, QuestionBook.MostSteps);

    /// <summary>The kinds of questions; null for all.</summary>
    public IReadOnlyList<string>? Kinds { get; init; }

    /// <summary>Share of the questions that a tale does not answer.</summary>
    public double Unanswered { get; init; } = 0.08;

    /// <summary>Share of the tales with questions that are chats.</summary>
    public double Chat { get; init; } = 0.7;

    /// <summary>Takes the mixture's options from a source.</summary>
    /// <exception cref="FormatException">One is malformed, or all weights are 0.</exception>
    public static TaleMixture Parse(SourceSpec spec)
    {
        var absent = new TaleMixture();
        var mixture = new TaleMixture
        {
            Text = spec.Share("text", absent.Text),
            Questions = spec.Share("question", absent.Questions),
            Requests = spec.Share("request", absent.Requests),
            Continuations = spec.Share("continuation", absent.Continuations),
            Sums = spec.Share("sum", absent.Sums),
            Repetitions = spec.Share("repetition", absent.Repetitions),
            Asked = spec.Range("questions", absent.Asked),
            Sentences = spec.Range("sentences", absent.Sentences),
            Steps = spec.Range("steps", absent.Steps),
            Kinds = spec.Words("kinds"),
            Unanswered = spec.Share("unanswered", absent.Unanswered),
            Chat = spec.Share("chat", absent.Chat),
        };
        if (mixture.Kinds?.FirstOrDefault(kind => !QuestionBook.Wordings.ContainsKey(kind)) is { } unknown)
        {
            throw new FormatException($"tale: kinds has '{unknown}'; there are {string.Join(", ", QuestionBook.Wordings.Keys.Order())}.");
        }

        return mixture.Weight > 0 && mixture.Asked.Low > 0 && mixture.Sentences.Low > 1 && mixture.Steps is { Low: >= 1, High: <= QuestionBook.MostSteps }
            ? mixture
            : throw new FormatException(
                "tale: text, question, request, continuation, sum and repetition must not all be 0; questions must be at least 1; "
                + $"sentences must be at least 2; steps must be from 1 to {QuestionBook.MostSteps}.");
    }

    /// <summary>The sum of all weights.</summary>
    public double Weight => Text + Questions + Requests + Continuations + Sums + Repetitions;
}
