using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Configuration;
using LoopLM.Checkpoints.Safetensors;
using LoopLM.Cpu.Formats;
using LoopLM.Cpu.Kernels;
using LoopLM.Cpu.Storage;
using Microsoft.Extensions.Logging;

namespace LoopLM.Cpu.Ouro;

/// <summary>All weights of an Ouro model. They reach into the checkpoint's map, which must stay open as long as they are used.</summary>
internal sealed unsafe partial class OuroWeights : IDisposable
{
    private const int LayersOfAReport = 8;

    private readonly WeightLoader _loader;

    /// <summary>Loads all weights.</summary>
    /// <param name="checkpoint">Where the embedding is.</param>
    /// <param name="config">The model's shape.</param>
    /// <param name="loader">Loads the others; it is disposed with the weights.</param>
    /// <param name="logger">Receives the progress of quantisation.</param>
    public OuroWeights(Checkpoint checkpoint, OuroConfig config, WeightLoader loader, ILogger logger)
    {
        _loader = loader;
        Embedding = checkpoint["model.embed_tokens.weight"];
        var quantises = _loader.PackedType is not null && config.PackedWeights is null;
        Layers = new LayerWeights[config.Layers];
        for (var layer = 0; layer < config.Layers; layer++)
        {
            if (quantises && layer % LayersOfAReport == 0)
            {
                LogQuantising(logger, Type, layer, config.Layers);
            }

            Layers[layer] = new LayerWeights(_loader, layer);
        }

        Norm = _loader.Vector("model.norm.weight");
        ExitGate = _loader.Vector("model.early_exit_gate.weight");
        ExitGateBias = *_loader.Vector("model.early_exit_gate.bias");
        Head = _loader.Matrix("lm_head.weight");
    }

    /// <summary>How the matrices are held; never <see cref="WeightType.Auto"/>.</summary>
    public WeightType Type => _loader.Type;

    /// <summary>[vocabulary, hidden], as the checkpoint has it: one row of it is read for a token.</summary>
    public SafetensorsTensor Embedding { get; }

    public LayerWeights[] Layers { get; }

    /// <summary>The norm that ends a loop.</summary>
    public float* Norm { get; }

    public float* ExitGate { get; }

    public float ExitGateBias { get; }

    public WeightMatrix Head { get; }

    /// <inheritdoc/>
    public void Dispose() => _loader.Dispose();

    [LoggerMessage(2, LogLevel.Information, "Quantising weights to {Weights}: {Done} of {Layers} layers are done")]
    private static partial void LogQuantising(ILogger logger, WeightType weights, int done, int layers);
}
