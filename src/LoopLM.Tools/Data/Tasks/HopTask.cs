namespace LoopLM.Tools.Data.Tasks;

/// <summary>
/// Multi-hop questions on facts in the question itself: <c>AnnJim;SueAnn;JimSue;Ann&gt;&gt;</c> asks who is two steps on from Ann: Sue. The
/// people are in one circle, and the facts are shuffled. Every step has a sign of its own, whose position can hold what that step finds:
/// each loop then does the same, one step from what the position before has found.
/// </summary>
internal sealed class HopTask : ITask
{
    /// <summary>The people; each is one token of a vocabulary that has learned their names.</summary>
    public static readonly string[] Names =
        ["Ann", "Ben", "Cat", "Dan", "Eva", "Fay", "Gus", "Hal", "Ida", "Jim", "Kay", "Leo", "Mia", "Ned", "Pam", "Sue"];

    private readonly (int Low, int High) _hops;
    private readonly (int Low, int High) _people;
    private readonly (int Low, int High) _questions;

    /// <summary>Creates the task.</summary>
    /// <param name="hops">Steps to go.</param>
    /// <param name="people">People in the circle, more than the most steps: else an answer could be the start.</param>
    /// <param name="questions">Questions on each circle.</param>
    /// <exception cref="FormatException">They are out of range.</exception>
    public HopTask((int Low, int High) hops, (int Low, int High) people, (int Low, int High) questions)
    {
        if (hops.Low < 1 || hops.High > 9 || people.Low <= hops.High || people.High > Names.Length || questions.Low < 1)
        {
            throw new FormatException(
                $"hop: hops is {hops.Low}-{hops.High}, people is {people.Low}-{people.High}, questions from {questions.Low}; "
                    + $"hops must be within 1-9, people above the most hops and at most {Names.Length}, questions at least 1.");
        }

        (_hops, _people, _questions) = (hops, people, questions);
    }

    /// <inheritdoc/>
    public Problem Draw(Random random)
    {
        var people = random.Next(_people.Low, _people.High + 1);
        string[] names = [.. Names];
        random.Shuffle(names);
        var circle = names[..people];
        var facts = Enumerable.Range(0, people).Select(i => $"{circle[i]}{circle[(i + 1) % people]};").ToArray();
        random.Shuffle(facts);
        var questions = Enumerable.Range(0, random.Next(_questions.Low, _questions.High + 1)).Select(_ => Ask(circle, random)).ToList();
        return new($"{string.Concat(facts)}{questions[0].Question}", questions[0].Answer) { FollowUps = questions[1..] };
    }

    private (string Question, string Answer) Ask(string[] circle, Random random)
    {
        var (start, hops) = (random.Next(circle.Length), random.Next(_hops.Low, _hops.High + 1));
        return (circle[start] + new string('>', hops), circle[(start + hops) % circle.Length]);
    }
}
