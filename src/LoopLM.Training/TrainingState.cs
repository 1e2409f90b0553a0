using System.Collections.Immutable;
using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Safetensors;
using LoopLM.Torch.Ouro;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LoopLM.Training;

/// <summary>The file that a run goes on from: weights and both moments of AdamW in float32, and the step.</summary>
internal static class TrainingState
{
    private const string StepName = "step";

    public static void Save(string path, long step, IReadOnlyList<(string Name, Parameter Parameter)> trained, AdamW optimizer)
    {
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(path,
        [
            new(StepName, ElementType.Int64, ImmutableArray.Create(1L), BitConverter.GetBytes(step)),
            .. Tensors(trained, optimizer).Select(entry => CheckpointTensor.Named(entry.Name, entry.Tensor)),
        ]);
    }

    public static long Load(string path, IReadOnlyList<(string Name, Parameter Parameter)> trained, AdamW optimizer)
    {
        using var file = SafetensorsFile.Open(path);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var tensors = Tensors(trained, optimizer).ToList();
        if (!file.Tensors.TryGetValue(StepName, out var stored) || stored.ElementType != ElementType.Int64 || stored.ElementCount != 1)
        {
            throw new CheckpointException(path, $"there must be a tensor '{StepName}' of one number of the type {ElementType.Int64}");
        }

        var problems = tensors
            .Where(entry => !file.Tensors.TryGetValue(entry.Name, out var found) || found.ElementType != ElementType.Float32
                || !found.Shape.AsSpan().SequenceEqual(entry.Tensor.shape))
            .Select(entry => $"there must be a tensor '{entry.Name}' of the shape [{string.Join(", ", entry.Tensor.shape)}] "
                + $"and the type {ElementType.Float32}")
            .ToList();
        if (problems.Count > 0)
        {
            throw new CheckpointException(path, problems);
        }

        foreach (var (name, destination) in tensors)
        {
            destination.copy_(CheckpointTensor.Copy(file.Tensors[name]));
        }

        var step = CheckpointTensor.Integer(stored);
        foreach (var state in States(optimizer))
        {
            state.step = step;
        }

        return step;
    }

    private static IEnumerable<(string Name, Tensor Tensor)> Tensors(
        IReadOnlyList<(string Name, Parameter Parameter)> trained, AdamW optimizer)
    {
        foreach (var ((name, parameter), state) in trained.Zip(States(optimizer)))
        {
            yield return (name, parameter);
            yield return ($"first_moment.{name}", state.exp_avg);
            yield return ($"second_moment.{name}", state.exp_avg_sq);
        }
    }

    private static IEnumerable<AdamW.State> States(AdamW optimizer) => optimizer.state_dict().State.Cast<AdamW.State>();
}
