using LoopLM.Checkpoints;
using TorchSharp;

namespace LoopLM.Training.Tests;

public sealed class TrainerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("looplm-").FullName;

    [Theory]
    [InlineData(TrainingStage.ExpectedLoss, false)]
    [InlineData(TrainingStage.ExpectedLoss, true)]
    [InlineData(TrainingStage.GateGain, true)]
    public void Load_OfAKilledRun_EndsWithTheBitsOfOneThatWasNotInterrupted(TrainingStage stage, bool mixed)
    {
        var options = TinyTraining.Options with { Stage = stage, MixedPrecision = mixed };
        var state = Path.Combine(_folder, "state.safetensors");
        using var straight = TinyTraining.Model();
        Run(straight, options, _ => { });
        using (var killed = TinyTraining.Model())
        {
            Run(killed, options, trainer => trainer.Save(state), steps: 4);
        }

        using var resumed = TinyTraining.Model(seed: 99);
        if (stage == TrainingStage.GateGain)
        {
            resumed.load_state_dict(straight.state_dict());
        }

        Run(resumed, options, trainer =>
        {
            if (trainer.Step == 0)
            {
                trainer.Load(state);
                Assert.Equal(4, trainer.Step);
            }
        });

        Assert.Equal(TinyTraining.Weights(straight), TinyTraining.Weights(resumed));
    }

    [Fact]
    public void RunStep_MoreWorkers_SameBits()
    {
        using var alone = TinyTraining.Model();
        using var shared = TinyTraining.Model();

        Run(alone, TinyTraining.Options, _ => { });
        Run(shared, TinyTraining.Options with { Workers = 3 }, _ => { });

        Assert.Equal(TinyTraining.Weights(alone), TinyTraining.Weights(shared));
    }

    [Fact]
    public void RunStep_OneOrFourMicroBatches_SameLossAndGradientNorm()
    {
        using var model = TinyTraining.Model();
        using var whole = new Trainer(model, TinyTraining.Documents(), TinyTraining.Options with { MicroBatches = 1 });
        using var other = TinyTraining.Model();
        using var parts = new Trainer(other, TinyTraining.Documents(), TinyTraining.Options);

        var (one, four) = (whole.RunStep(), parts.RunStep());

        Assert.Equal(one.Objective, four.Objective, 1e-5);
        Assert.Equal(one.GradientNorm, four.GradientNorm, 1e-4);
        Assert.Equal(one.Targets, four.Targets);
    }

    [Fact]
    public void RunStep_CountingDocuments_LossFalls()
    {
        using var model = TinyTraining.Model();
        using var trainer = new Trainer(model, TinyTraining.Documents(), TinyTraining.Options with { Steps = 40, LearningRate = 1e-2 });

        var first = trainer.RunStep();
        StepReport last = first;
        while (trainer.Step < 40)
        {
            last = trainer.RunStep();
        }

        Assert.All(last.LossByLoop, loss => Assert.True(loss < 0.7 * first.LossByLoop[0], $"{loss} after {first.LossByLoop[0]}"));
        Assert.InRange(last.ExpectedExitStep, 1, 3);
    }

    [Fact]
    public void RunStep_SecondStage_ChangesTheGateAlone()
    {
        using var model = TinyTraining.Model();
        var before = model.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.detach().clone());

        Run(model, TinyTraining.Options with { Stage = TrainingStage.GateGain }, _ => { }, steps: 2);

        var changed = model.named_parameters()
            .Where(entry => !entry.parameter.detach().Equals(before[entry.name])).Select(entry => entry.name);
        Assert.Equal(["model.early_exit_gate.bias", "model.early_exit_gate.weight"], changed.Order());
    }

    [Fact]
    public void RunStep_ManySteps_LeavesNoTensorBehind()
    {
        using var model = TinyTraining.Model();
        using var trainer = new Trainer(model, TinyTraining.Documents(), TinyTraining.Options);
        trainer.RunStep();
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        trainer.RunStep();
        trainer.RunStep();

        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Load_StateOfAnotherShape_NamesTheTensor()
    {
        var state = Path.Combine(_folder, "state.safetensors");
        using var model = TinyTraining.Model();
        Run(model, TinyTraining.Options with { Stage = TrainingStage.GateGain }, trainer => trainer.Save(state), steps: 1);
        using var trainer = new Trainer(model, TinyTraining.Documents(), TinyTraining.Options);

        var exception = Assert.Throws<CheckpointException>(() => trainer.Load(state));

        Assert.Contains("lm_head.weight", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Trainer_OptionsOutOfRange_ListsThemAll()
    {
        using var model = TinyTraining.Model();

        var exception = Assert.Throws<ArgumentException>(() =>
            new Trainer(model, TinyTraining.Documents(), TinyTraining.Options with { Windows = 7, Steps = 0 }));

        Assert.Contains("Windows", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Steps", exception.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>Runs steps; the action sees the trainer before the first and after each.</summary>
    private static void Run(Torch.Ouro.OuroModel model, TrainerOptions options, Action<Trainer> each, int? steps = null)
    {
        using var trainer = new Trainer(model, TinyTraining.Documents(), options);
        if (steps is null)
        {
            each(trainer);
        }

        while (trainer.Step < (steps ?? options.Steps))
        {
            trainer.RunStep();
            each(trainer);
        }
    }
}
