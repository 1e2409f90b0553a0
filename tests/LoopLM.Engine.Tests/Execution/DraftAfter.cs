using LoopLM.Engine.Scheduling;
using LoopLM.Engine.Speculation;

namespace LoopLM.Engine.Tests.Execution;

/// <summary>Every newest position drafts after the same loop; after loop 0 none does.</summary>
internal sealed class DraftAfter(int loop) : IDraftStrategy
{
    public void Plan(IReadOnlyList<Sequence> running, RowTable rows)
    {
    }

    public int DraftLoop(Sequence sequence) => loop;

    public void Resolve(int loop, bool isAccepted)
    {
    }
}
