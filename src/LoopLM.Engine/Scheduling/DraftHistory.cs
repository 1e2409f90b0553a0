namespace LoopLM.Engine.Scheduling;

/// <summary>What a sequence's drafts have come to: strategies decide by it.</summary>
internal sealed class DraftHistory
{
    /// <summary>The deepest loop whose drafts are counted for strategies.</summary>
    public const int MaxLoop = 4;

    private const double Kept = 0.97;

    private readonly DraftShare[] _shares = new DraftShare[MaxLoop];
    private double _exitStep;

    /// <summary>Drafts that were made.</summary>
    public int Drafted { get; private set; }

    /// <summary>The loop after which an adaptive strategy drafts for now; 0 for not at all.</summary>
    public int PlannedLoop { get; set; }

    /// <summary>Counts a draft that is made.</summary>
    public void Draft() => Drafted++;

    /// <summary>Counts a draft that was accepted or dropped.</summary>
    /// <param name="loop">The loop that it was made after, from 1.</param>
    /// <param name="isAccepted">Whether it was accepted.</param>
    public void Resolve(int loop, bool isAccepted)
    {
        if (loop <= MaxLoop)
        {
            _shares[loop - 1].Add(isAccepted, Kept);
        }
    }

    /// <summary>The drafts after a loop.</summary>
    public DraftShare Share(int loop) => _shares[loop - 1];

    /// <summary>Counts the exit step of a generated token that does not come out of the prompt.</summary>
    public void Exit(int step) => _exitStep = _exitStep == 0 ? step : _exitStep + ((step - _exitStep) / 16);

    /// <summary>The recent mean exit step.</summary>
    /// <param name="guess">What it is before the first.</param>
    public double ExitStep(int guess) => _exitStep == 0 ? guess : _exitStep;
}
