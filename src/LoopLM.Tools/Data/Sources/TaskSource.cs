using LoopLM.Tools.Data.Tasks;

namespace LoopLM.Tools.Data.Sources;

/// <summary>Generated problems: so many to train on, so many to measure on, part of each as chats and the rest as lines.</summary>
internal sealed class TaskSource(string kind, ITask task, int count, int heldOutCount, double chatShare, int seed) : IDocumentSource
{
    public string Kind => kind;

    public IEnumerable<Segment[]> Documents(bool heldOut)
    {
        var random = new Random(heldOut ? ~seed : seed);
        for (var left = heldOut ? heldOutCount : count; left > 0;)
        {
            var problem = task.Draw(random);
            if (HeldOut.Contains(problem.Question) != heldOut)
            {
                continue;
            }

            left--;
            yield return random.NextDouble() < chatShare
                ? Data.Documents.Chat(problem.Question, problem.Answer)
                : Data.Documents.Line(problem.Question, problem.Answer);
        }
    }
}
