using System.Collections.Frozen;
using LoopLM.Engine.Configuration;
using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Sampling;
using LoopLM.Engine.Scheduling;
using LoopLM.Engine.Speculation;
using LoopLM.Testing;

namespace LoopLM.Engine.Tests.Speculation;

public sealed class AdaptiveDraftsTests
{
    private const int Loops = 4;

    private static readonly ModelDescription s_model = new ScriptedModel().Description;

    private readonly PassCosts _loopCosts = new();
    private readonly PassCosts _headCosts = new();
    private readonly RowTable _rows = new(64);

    [Fact]
    public void Plan_RowsCostNothingMore_DraftsAfterTheFirstLoop()
    {
        var (drafts, sequence) = (Drafts(costOfSixteenRows: 1), Running());
        Resolve(drafts, sequence, loop: 1, confirmed: 40, of: 40);

        drafts.Plan([sequence], _rows);

        Assert.Equal(1, drafts.DraftLoop(sequence));
    }

    [Fact]
    public void Plan_RowsCostInProportion_DraftsNothing()
    {
        var (drafts, sequence) = (Drafts(costOfSixteenRows: 16), Running());
        Resolve(drafts, sequence, loop: 1, confirmed: 32, of: 40);

        drafts.Plan([sequence], _rows);

        Assert.Equal(0, drafts.DraftLoop(sequence));
    }

    [Fact]
    public void Plan_NoDraftWasRight_DraftsNothing()
    {
        var (drafts, sequence) = (Drafts(costOfSixteenRows: 2), Running());
        for (var loop = 1; loop < Loops; loop++)
        {
            Resolve(drafts, sequence, loop, confirmed: 0, of: 40);
        }

        drafts.Plan([sequence], _rows);

        Assert.Equal(0, drafts.DraftLoop(sequence));
    }

    [Fact]
    public void Plan_SecondLoopDraftsFarBetter_DraftsAfterIt()
    {
        var (drafts, sequence) = (Drafts(costOfSixteenRows: 2), Running());
        Resolve(drafts, sequence, loop: 1, confirmed: 4, of: 40);
        Resolve(drafts, sequence, loop: 2, confirmed: 40, of: 40);

        drafts.Plan([sequence], _rows);

        Assert.Equal(2, drafts.DraftLoop(sequence));
    }

    [Theory]
    [InlineData(0.9, 2)]
    [InlineData(0.05, 0)]
    public void Plan_ModelSaysWhichDraftsPayOff_BeginsWithThemOrWithNone(double acceptance, int expected)
    {
        var drafts = Drafts(costOfSixteenRows: 2, s_model with { DraftLoops = 2, DraftAcceptance = acceptance });
        var sequence = Running();

        drafts.Plan([sequence], _rows);

        Assert.Equal(expected, drafts.DraftLoop(sequence));
    }

    [Fact]
    public void Plan_DraftsOfWhichTheModelSaysNothingTurnOutRight_GoesOverToThem()
    {
        var drafts = Drafts(costOfSixteenRows: 2, s_model with { DraftLoops = 2, DraftAcceptance = 0.5 });
        var sequence = Running();
        Resolve(drafts, sequence, loop: 1, confirmed: 40, of: 40);

        drafts.Plan([sequence], _rows);

        Assert.Equal(1, drafts.DraftLoop(sequence));
    }

    [Fact]
    public void Plan_OneOfTwoSequencesDraftsWell_LetsThatOneDraft()
    {
        var (drafts, good, bad) = (Drafts(costOfSixteenRows: 4), Running(), Running());
        for (var loop = 1; loop < Loops; loop++)
        {
            Resolve(drafts, bad, loop, confirmed: 0, of: 200);
        }

        Resolve(drafts, good, loop: 1, confirmed: 200, of: 200);

        drafts.Plan([bad, good], _rows);

        Assert.Equal((0, 1), (drafts.DraftLoop(bad), drafts.DraftLoop(good)));
    }

    [Fact]
    public void Plan_StrategyIsNotAdaptive_DraftsNothing()
    {
        var (drafts, sequence) = (Drafts(costOfSixteenRows: 1), Running(SpeculationStrategy.Fixed));

        drafts.Plan([sequence], _rows);

        Assert.Equal(0, sequence.Drafts.PlannedLoop);
    }

    [Fact]
    public void DraftLoop_NothingIsPlanned_TriesOneTokenInSixtyFour()
    {
        var (drafts, sequence) = (Drafts(costOfSixteenRows: 16), Running());
        var tried = 0;
        for (var token = 0; token < 640; token++)
        {
            tried += drafts.DraftLoop(sequence) > 0 ? 1 : 0;
            sequence.Window.Add(0);
            sequence.Publish(0, now: 0);
        }

        Assert.Equal(10, tried);
    }

    private static void Resolve(AdaptiveDrafts drafts, Sequence sequence, int loop, int confirmed, int of)
    {
        for (var i = 0; i < of; i++)
        {
            var isAccepted = i * confirmed / of != (i + 1) * confirmed / of;
            sequence.Drafts.Resolve(loop, isAccepted);
            drafts.Resolve(loop, isAccepted);
        }
    }

    private static Sequence Running(SpeculationStrategy strategy = SpeculationStrategy.Adaptive)
    {
        var sequence = new Sequence(new Generation(8))
        {
            Prompt = new int[1],
            MaxTokens = 1000,
            Sampling = SamplingSettings.Greedy,
            Seed = 0,
            Exit = new ExitRule(new FixedPolicy(), 1, 1, Loops, default),
            Reservation = new KvReservation(KvLayout.LastExited, 1, 999, Loops, Loops, false),
            Speculation = new SpeculationRule(strategy, 1),
            StopTokens = FrozenSet<int>.Empty,
            Reports = new ReportSettings(),
            Cost = 1,
            Client = RequestClient.Local,
            Window = new PositionWindow(2),
        };
        sequence.Publish(0, now: 0);
        return sequence;
    }

    private AdaptiveDrafts Drafts(double costOfSixteenRows, ModelDescription? model = null)
    {
        _loopCosts.Add(1, 1);
        _loopCosts.Add(16, costOfSixteenRows);
        _headCosts.Add(1, 0.01);
        return new AdaptiveDrafts(_loopCosts, _headCosts, model ?? s_model);
    }
}
