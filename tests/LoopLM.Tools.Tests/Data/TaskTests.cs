using System.Globalization;
using LoopLM.Tools.Data;
using LoopLM.Tools.Data.Sources;
using LoopLM.Tools.Data.Tasks;

namespace LoopLM.Tools.Tests.Data;

public sealed class TaskTests
{
    [Fact]
    public void Mano_Problems_AreEvaluatedRight()
    {
        var random = new Random(1);
        var task = new ManoTask(7, (1, 5));

        Assert.All(Enumerable.Range(0, 300).Select(_ => task.Draw(random)), problem =>
        {
            var expression = problem.Question.Split('%');
            Assert.Equal("7", expression[1]);
            var place = 0;
            Assert.Equal(problem.Answer, $"{Evaluate(expression[0], ref place)}");
            Assert.Equal(expression[0].Length, place);
        });

        static int Evaluate(string expression, ref int place)
        {
            var symbol = expression[place++];
            if (char.IsDigit(symbol))
            {
                return symbol - '0';
            }

            var (a, b) = (Evaluate(expression, ref place), Evaluate(expression, ref place));
            return ((symbol switch { '+' => a + b, '-' => a - b, _ => a * b } % 7) + 7) % 7;
        }
    }

    [Fact]
    public void Sum_Problems_AreAddedRight()
    {
        var random = new Random(1);
        var task = new SumTask((1, 3));

        Assert.All(Enumerable.Range(0, 300).Select(_ => task.Draw(random)), problem =>
        {
            var numbers = problem.Question.Split('+').Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToArray();
            Assert.All(numbers, number => Assert.InRange(number, 0, 999));
            Assert.Equal(problem.Answer, $"{numbers.Sum()}");
        });
    }

    [Fact]
    public void Hop_Problems_FollowTheirFacts()
    {
        var random = new Random(1);
        var task = new HopTask((1, 4), people: (5, 7), questions: (1, 3));

        Assert.All(Enumerable.Range(0, 300).Select(_ => task.Draw(random)), problem =>
        {
            var parts = problem.Question.Split(';');
            var next = parts[..^1].ToDictionary(fact => fact[..3], fact => fact[3..]);
            Assert.InRange(next.Count, 5, 7);
            foreach (var (question, answer) in problem.FollowUps.Prepend((parts[^1], problem.Answer)))
            {
                var person = question[..3];
                Assert.Equal(new string('>', question.Length - 3), question[3..]);
                for (var hop = question.Length - 3; hop > 0; hop--)
                {
                    person = next[person];
                }

                Assert.Equal(answer, person);
            }
        });
    }

    [Fact]
    public void Documents_TrainingAndHeldOutOfAnySeeds_ShareNoQuestion()
    {
        IDocumentSource Source(int seed) =>
            Assert.Single(DocumentSources.Open(["sum:count=3000,held-out=400,digits=1-2,chat=0"], seed, new OverlapFilter()));

        var trained = Source(1).Documents(heldOut: false).Select(document => document[0].Text).ToHashSet();
        var heldOut = Source(2).Documents(heldOut: true).Select(document => document[0].Text).ToList();

        Assert.Equal(400, heldOut.Count);
        Assert.DoesNotContain(heldOut, trained.Contains);
    }

    [Theory]
    [InlineData("sum:count=5,digits=0-2", "digits")]
    [InlineData("sum:count=x", "count")]
    [InlineData("sum:count=5,colour=red", "colour")]
    [InlineData("riddle:count=5", "riddle")]
    [InlineData("text:repeat=2", "path")]
    [InlineData("hop:count=5,hops=4,people=4", "people")]
    public void Open_MalformedSource_SaysWhatIsWrong(string spec, string named) =>
        Assert.Contains(
            named, Assert.Throws<FormatException>(() => DocumentSources.Open([spec], 1, new OverlapFilter())).Message,
            StringComparison.Ordinal);
}
