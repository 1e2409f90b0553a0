using LoopLM.Engine.Configuration;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Scheduling;

namespace LoopLM.Engine.Speculation;

/// <summary>
/// Lets sequences draft where that raises the tokens a second of all of them together, by what passes of so many rows cost and by how many
/// drafts are accepted. Sequences that do not draft try it once in a while, so that a change is noticed.
/// </summary>
/// <param name="loopCosts">What a loop costs by its rows.</param>
/// <param name="headCosts">What the head costs by its rows.</param>
/// <param name="model">The model. Where it says which drafts pay off most, they are the first.</param>
internal sealed class AdaptiveDrafts(PassCosts loopCosts, PassCosts headCosts, ModelDescription model)
{
    private const int TicksBetweenPlans = 16;
    private const int TokensBetweenTrials = 64;

    /// <summary>Smaller gains are indistinguishable from noise.</summary>
    private const double LeastGain = 1.03;

    /// <summary>The assumed share of accepted drafts where the model says nothing of drafts.</summary>
    private const double DefaultGuess = 0.6;

    /// <summary>The number of drafts that the assumption counts for.</summary>
    private const double GuessWeight = 2;

    /// <summary>The number of drafts that the share of all sequences counts for in the share of one.</summary>
    private const double OthersWeight = 4;

    /// <summary>The weight that older drafts keep after each new one.</summary>
    private const double Kept = 0.995;

    private readonly DraftShare[] _shares = new DraftShare[DraftHistory.MaxLoop];
    private int _ticks;
    private int _sequences;

    private int DraftLoops => Math.Min(DraftHistory.MaxLoop, model.Loops - 1);

    /// <summary>Decides which sequences draft until the next plan.</summary>
    public void Plan(IReadOnlyList<Sequence> running, RowTable rows)
    {
        if (++_ticks < TicksBetweenPlans && running.Count == _sequences)
        {
            return;
        }

        (_ticks, _sequences) = (0, running.Count);
        var all = new DraftForecast(0, PromptRows(rows), 0);
        for (var i = 0; i < running.Count; i++)
        {
            running[i].Drafts.PlannedLoop = 0;
            if (running[i].Generated > 0)
            {
                all += DraftForecast.Plain(running[i].Drafts.ExitStep(model.Loops));
            }
        }

        for (var i = 0; i < running.Count; i++)
        {
            if (running[i] is { Generated: > 0, CanDraft: true, Speculation.Strategy: SpeculationStrategy.Adaptive } sequence)
            {
                all = Choose(sequence, all);
            }
        }
    }

    /// <summary>The loop after which a sequence drafts, 0 for not at all.</summary>
    public int DraftLoop(Sequence sequence) =>
        sequence.Drafts.PlannedLoop is > 0 and var planned ? planned
        : DraftLoops > 0 && sequence.Generated % TokensBetweenTrials == TokensBetweenTrials - 1
            ? 1 + (sequence.Generated / TokensBetweenTrials % DraftLoops)
        : 0;

    /// <summary>Hears of a draft of any sequence that was accepted or dropped.</summary>
    public void Resolve(int loop, bool isAccepted)
    {
        if (loop <= DraftHistory.MaxLoop)
        {
            _shares[loop - 1].Add(isAccepted, Kept);
        }
    }

    private static int PromptRows(RowTable rows)
    {
        var count = 0;
        foreach (var slot in rows.Running)
        {
            count += rows[slot].IsPrompt ? 1 : 0;
        }

        return count;
    }

    /// <summary>Lets a sequence draft after the best loop where the speed of all rises by that.</summary>
    /// <returns>What all sequences do then.</returns>
    private DraftForecast Choose(Sequence sequence, in DraftForecast all)
    {
        var exitStep = sequence.Drafts.ExitStep(model.Loops);
        var (best, needed) = (all, Speed(all) * LeastGain);
        for (var loop = 1; loop <= DraftLoops && loop < exitStep; loop++)
        {
            var share = sequence.Drafts.Share(loop).Estimate(_shares[loop - 1].Estimate(Guess(loop), GuessWeight), OthersWeight);
            var drafting = all - DraftForecast.Plain(exitStep) + DraftForecast.Drafting(exitStep, loop, share);
            if (Speed(drafting) is var speed && speed > needed)
            {
                (best, needed, sequence.Drafts.PlannedLoop) = (drafting, speed, loop);
            }
        }

        return best;
    }

    /// <summary>
    /// The share of accepted drafts after a loop before any is known. Where the model says which
    /// pay off most, the others are not tried first.
    /// </summary>
    private double Guess(int loop) => model.DraftLoops is not { } best ? DefaultGuess : loop == best ? model.DraftAcceptance : 0;

    private double Speed(in DraftForecast forecast) => forecast.Tokens / (loopCosts.At(forecast.Rows) + headCosts.At(forecast.HeadRows));
}
