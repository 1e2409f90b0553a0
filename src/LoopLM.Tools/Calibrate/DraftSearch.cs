using LoopLM.Tools.Eval;

namespace LoopLM.Tools.Calibrate;

/// <summary>The loop whose drafts of the next token pay off most.</summary>
/// <param name="Loop">The loop, from 1.</param>
/// <param name="Acceptance">The share of its drafts that the last loop accepts.</param>
/// <param name="TicksPerToken">Ticks that a token takes with them at full depth, where extra rows cost nothing.</param>
internal sealed record DraftSearch(int Loop, double Acceptance, double TicksPerToken)
{
    /// <summary>Finds it.</summary>
    /// <param name="drafts">How often each loop agrees with the last.</param>
    /// <exception cref="NotSupportedException">The model has one loop.</exception>
    public static DraftSearch Best(DraftScore drafts)
    {
        var last = drafts.AgreesByLoop.Length + 1;
        return drafts.AgreesByLoop
            .Select((share, index) => new DraftSearch(index + 1, share, (share * (index + 1)) + ((1 - share) * last)))
            .MinBy(each => each.TicksPerToken) ?? throw new NotSupportedException(
                "The model has one loop; --speculation needs an earlier one.");
    }
}
