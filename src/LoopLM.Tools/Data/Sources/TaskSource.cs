using LoopLM.Tools.Data.Tasks;

namespace LoopLM.Tools.Data.Sources;

/// <summary>Generated problems: so many to train on, so many to measure on, part of each as chats and the rest as lines.</summary>
internal sealed class TaskSource(string kind, ITask task, int count, int heldOutCount, double chatShare, int seed) : IDocumentSource
{
    /// <summary>
    /// So many draws in a row without a problem of the wanted split mean that there is none: a task of facts holds nothing out.
    /// </summary>
    private const int MostMisses = 10_000;

    public string Kind => kind;

    public IEnumerable<Segment[]> Documents(bool heldOut)
    {
        var random = new Random(heldOut ? ~seed : seed);
        for (var (left, misses) = (heldOut ? heldOutCount : count, 0); left > 0;)
        {
            var problem = task.Draw(random);
            if (HeldOut.Contains(problem) != heldOut)
            {
                if (++misses > MostMisses)
                {
                    yield break;
                }

                continue;
            }

            (left, misses) = (left - 1, 0);
            IReadOnlyList<(string, string)> turns = [(problem.Question, problem.Answer), .. problem.FollowUps];
            yield return random.NextDouble() < chatShare ? Data.Documents.Chat(turns) : Data.Documents.Line(turns);
        }
    }
}
