namespace LoopLM.Tools.Data.Tasks;

/// <summary>
/// Multi-hop questions on facts in the question itself: <c>Ann>Tim;Sue>Ann;Tim>Sue;Ann+2</c> asks for who is two steps on from Ann: Sue.
/// The people stand in one circle, and the facts are shuffled.
/// </summary>
internal sealed class HopTask : ITask
{
    /// <summary>The people; each is one token of a vocabulary that has learned their names.</summary>
    public static readonly string[] Names = ["Ann", "Ben", "Cat", "Dan", "Eva", "Fay", "Gus", "Hal", "Ida", "Jim", "Kay", "Leo", "Mia", "Ned", "Pam", "Sue"];

    private readonly (int Low, int High) _hops;
    private readonly int _people;

    /// <summary>Creates the task.</summary>
    /// <param name="hops">Steps to go.</param>
    /// <param name="people">People in the circle, more than the most steps: else an answer could be the start.</param>
    /// <exception cref="FormatException">They are out of range.</exception>
    public HopTask((int Low, int High) hops, int people)
    {
        if (hops.Low < 1 || hops.High > 9 || people <= hops.High || people > Names.Length)
        {
            throw new FormatException($"hop: hops is {hops.Low}-{hops.High}, people is {people}; hops must be within 1-9, people above the most hops and at most {Names.Length}.");
        }

        (_hops, _people) = (hops, people);
    }

    /// <inheritdoc/>
    public Problem Draw(Random random)
    {
        string[] circle = [.. Names];
        random.Shuffle(circle);
        var facts = Enumerable.Range(0, _people).Select(i => $"{circle[i]}>{circle[(i + 1) % _people]};").ToArray();
        random.Shuffle(facts);
        var (start, hops) = (random.Next(_people), random.Next(_hops.Low, _hops.High + 1));
        return new($"{string.Concat(facts)}{circle[start]}+{hops}", circle[(start + hops) % _people]);
    }
}
