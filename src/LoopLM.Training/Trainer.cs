using LoopLM.Torch.Ouro;
using LoopLM.Training.Data;
using LoopLM.Training.Native;
using LoopLM.Training.Objectives;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LoopLM.Training;

/// <summary>Trains a model step by step with AdamW (0.9, 0.95), full backpropagation through all loops. Not thread-safe.</summary>
public sealed class Trainer : IDisposable
{
    private readonly OuroModel _model;
    private readonly OuroModel _computing;
    private readonly TokenSplit _split;
    private readonly TrainerOptions _options;
    private readonly List<Window> _windows;
    private readonly WindowOrder _order;
    private readonly List<(string Name, Parameter Parameter)> _trained;
    private readonly List<Parameter> _computed;
    private readonly AdamW _optimizer;

    /// <summary>Prepares a run from its first step.</summary>
    /// <param name="model">What learns, in float32; it stays the caller's, and holds the weights after every step.</param>
    /// <param name="split">What it learns from.</param>
    /// <param name="options">How it learns.</param>
    /// <exception cref="ArgumentException">An option is out of range, or the split has no target.</exception>
    public Trainer(OuroModel model, TokenSplit split, TrainerOptions options)
    {
        options.Validate();
        if (!split.IsTarget.AsSpan().Contains((byte)1))
        {
            throw new ArgumentException("The split has no token to predict.", nameof(split));
        }

        (_model, _split, _options) = (model, split, options);
        _windows = WindowPacker.Pack(split, options.WindowLength);
        _order = new(_windows.Count, options.Seed);
        _computing = options.MixedPrecision ? new(model.Config, model.Placement with { DataType = ScalarType.BFloat16 }) : model;
        var gateOnly = options.Stage == TrainingStage.GateGain;
        bool Learns(string name) => !gateOnly || name.Contains("early_exit_gate", StringComparison.Ordinal);
        foreach (var (name, parameter) in _computing.named_parameters())
        {
            parameter.requires_grad_(Learns(name));
        }

        // Matrices first: the optimiser lists its state group by group, and norms and biases are a group without decay.
        _trained = [.. model.named_parameters().Where(entry => Learns(entry.name))
            .OrderByDescending(entry => entry.parameter.ndim > 1).Select(entry => (entry.name, entry.parameter))];
        var computing = _computing.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        _computed = [.. _trained.Select(entry => computing[entry.Name])];
        _optimizer = CreateOptimizer();
        CopyWeights();
    }

    /// <summary>Steps done.</summary>
    public long Step { get; private set; }

    /// <summary>Windows that hold the training split: one epoch.</summary>
    public int Windows => _windows.Count;

    /// <summary>The weights that the passes use: the model's, rounded where the precision is mixed.</summary>
    public OuroModel Computing => _computing;

    /// <summary>Does one step.</summary>
    /// <exception cref="InvalidOperationException">The loss is no longer a number, or all steps are done.</exception>
    public StepReport RunStep()
    {
        if (Step >= _options.Steps)
        {
            throw new InvalidOperationException($"All {_options.Steps} steps are done.");
        }

        var (rate, beta) = (Schedule.LearningRate(_options, Step), Schedule.Beta(_options, Step));
        IObjective objective = _options.Stage == TrainingStage.GateGain ? new GainLabels() : new ExpectedLoss(beta);
        var batches = NextBatches();
        using var sum = new GradientSum([.. _trained.Select(entry => entry.Parameter)]);
        Parallel.For(0, batches.Length, new ParallelOptions { MaxDegreeOfParallelism = _options.Workers }, index =>
            sum.Add(index, GradientPass.Run(_computing, _computed, batches[index], objective)));

        long targets = batches.Sum(batch => (long)batch.Targets.Length);
        var norm = Update(sum, targets, rate);
        Step++;
        double Mean(Func<GradientPass, double> value) => sum.Passes.Sum(value) / targets;
        return new(
            Step,
            rate,
            beta,
            batches.Sum(batch => batch.Documents.LongCount(document => document >= 0)),
            targets,
            Mean(pass => pass.Objective),
            [.. Enumerable.Range(0, _model.Config.Loops).Select(loop => Mean(pass => pass.LossByLoop[loop]))],
            Mean(pass => pass.Entropy),
            Mean(pass => pass.ExitStep),
            norm);
    }

    /// <summary>Writes all that a later run needs to go on from here; the file is replaced only when it is complete.</summary>
    public void Save(string path) => TrainingState.Save(path, Step, _trained, _optimizer);

    /// <summary>Goes on from where a run of equal options was saved.</summary>
    /// <exception cref="LoopLM.Checkpoints.CheckpointException">The file cannot be used; the message lists every problem.</exception>
    public void Load(string path)
    {
        Step = TrainingState.Load(path, _trained, _optimizer);
        CopyWeights();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _optimizer.Dispose();
        if (_computing != _model)
        {
            _computing.Dispose();
        }
    }

    private AdamW CreateOptimizer()
    {
        AdamW.ParamGroup Group(bool matrices, double decay) => new(
            _trained.Select(entry => entry.Parameter).Where(parameter => parameter.ndim > 1 == matrices),
            new AdamW.Options { weight_decay = decay });
        List<AdamW.ParamGroup> groups = [Group(matrices: true, _options.WeightDecay), Group(matrices: false, 0)];
        return optim.AdamW(groups, _options.LearningRate, beta1: 0.9, beta2: 0.95, weight_decay: _options.WeightDecay);
    }

    private TrainingBatch[] NextBatches()
    {
        var size = _options.Windows / _options.MicroBatches;
        return [.. Enumerable.Range(0, _options.MicroBatches).Select(micro =>
        {
            var first = (Step * _options.Windows) + (micro * size);
            return new TrainingBatch(
                _split, [.. Enumerable.Range(0, size).Select(i => _windows[_order[first + i]])], _options.WindowLength);
        })];
    }

    /// <summary>Turns sums of gradients into means, clips them and lets the optimiser step.</summary>
    private double Update(GradientSum sum, long targets, double rate)
    {
        using var scope = NewDisposeScope();
        for (var i = 0; i < _trained.Count; i++)
        {
            _trained[i].Parameter.grad = sum.Sums[i].Divide(targets);
        }

        var norm = nn.utils.clip_grad_norm_(_trained.Select(entry => entry.Parameter), _options.ClipNorm);
        if (!double.IsFinite(norm))
        {
            throw new InvalidOperationException($"The gradient of step {Step + 1} is {norm}; a lower learning rate may help.");
        }

        foreach (var group in _optimizer.ParamGroups)
        {
            group.LearningRate = rate;
        }

        using (CollectionPause.Start())
        {
            _optimizer.step();
        }

        _optimizer.zero_grad();
        CopyWeights();
        return norm;
    }

    private void CopyWeights()
    {
        if (_computing == _model)
        {
            return;
        }

        using var _ = no_grad();
        foreach (var ((_, source), (_, destination)) in _model.named_parameters().Zip(_computing.named_parameters()))
        {
            destination.copy_(source);
        }
    }
}
