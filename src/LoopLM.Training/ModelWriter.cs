using LoopLM.Checkpoints.Configuration;
using LoopLM.Checkpoints.Safetensors;
using LoopLM.Torch.Ouro;
using TorchSharp;
using static TorchSharp.torch;

namespace LoopLM.Training;

/// <summary>Writes a model as a checkpoint in Ouro's layout.</summary>
public static class ModelWriter
{
    /// <summary>Writes <c>config.json</c> and <c>model.safetensors</c>; each is replaced only when it is complete.</summary>
    /// <param name="model">The model.</param>
    /// <param name="folder">An existing folder.</param>
    public static void Write(OuroModel model, string folder)
    {
        using var scope = NewDisposeScope();
        var parameters = model.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        SafetensorsWriter.Write(
            Path.Combine(folder, "model.safetensors"),
            [.. model.Config.Tensors.Select(tensor =>
                CheckpointTensor.Named(tensor.Name, parameters[tensor.Name].to_type(ScalarType.BFloat16)))]);
        model.Config.Save(Path.Combine(folder, "config.json"), ElementType.BFloat16);
    }
}
