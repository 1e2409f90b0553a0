using LoopLM.Tools.Data.Tales;
using LoopLM.Tools.Data.Tales.Questions;

namespace LoopLM.Tools.Tests.Data.Tales.Questions;

public sealed class QuestionSamplerTests
{
    [Fact]
    public void Draw_Questions_TakeAsManyStepsAsTheySay() => Assert.All(Enumerable.Range(0, 60), seed =>
    {
        var random = new Random(seed);
        var tale = TaleGenerator.Draw(random);
        var chronicle = Chronicle.Of(tale.Events);
        Assert.All(new QuestionSampler(random, unanswered: 0, steps: (1, 4)).Draw(tale, 6), question =>
        {
            Assert.Equal(question.Steps, question.Evidence.Count);
            Assert.InRange(question.Steps, 1, 4);
            Assert.Equal(question.Answer, Ask(question.Evidence));
            Assert.True(question.Answer == "No."
                || question.Evidence.All(left => Ask(question.Evidence.Except([left])) != question.Answer), question.Text);

            string? Ask(IEnumerable<int> evidence) => QuestionBook.Of(chronicle.Only(evidence.ToHashSet()), tale.Cast)
                .FirstOrDefault(other => other.Kind == question.Kind && other.Slots.SequenceEqual(question.Slots))?.Answer;
        });
    });

    [Fact]
    public void Draw_Unanswered_IsAnsweredByNothingInTheTale() => Assert.All(Enumerable.Range(0, 60), seed =>
    {
        var random = new Random(seed);
        var tale = TaleGenerator.Draw(random);
        var answered = QuestionBook.Of(Chronicle.Of(tale.Events), tale.Cast);
        Assert.All(new QuestionSampler(random, unanswered: 1, steps: (1, 4)).Draw(tale, 4), question =>
        {
            Assert.Equal((TaleQuestion.Unknown, 0), (question.Answer, question.Steps));
            Assert.DoesNotContain(answered, other => other.Kind == question.Kind && other.Slots.SequenceEqual(question.Slots));
        });
    });

    [Fact]
    public void Draw_ManyQuestions_LeaveNoGuessAMajority()
    {
        var (random, questions) = (new Random(4), new List<TaleQuestion>());
        for (var i = 0; i < 250; i++)
        {
            questions.AddRange(new QuestionSampler(random, unanswered: 0, steps: (1, 4)).Draw(TaleGenerator.Draw(random), 4));
        }

        Assert.All(questions.GroupBy(question => question.Steps), steps =>
            Assert.InRange(steps.GroupBy(question => question.Kind)
                .Sum(kind => kind.GroupBy(question => question.Answer).Max(answer => answer.Count())) / (double)steps.Count(), 0, 0.3));
        Assert.All(questions.GroupBy(question => question.Steps), steps => Assert.True(steps.Count() > 100));
    }
}
