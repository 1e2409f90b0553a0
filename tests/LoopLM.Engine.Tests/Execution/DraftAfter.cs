using LoopLM.Engine.Scheduling;
using LoopLM.Engine.Speculation;

namespace LoopLM.Engine.Tests.Execution;

/// <summary>Every newest position drafts after the same loop.</summary>
internal sealed class DraftAfter(int loop) : IDraftStrategy
{
    public int DraftLoop(Sequence sequence) => loop;
}
