using System.Collections.Immutable;
using LoopLM.Checkpoints.Json;
using LoopLM.Checkpoints.Packing;
using LoopLM.Checkpoints.Safetensors;

namespace LoopLM.Checkpoints.Configuration;

/// <summary>What the <c>config.json</c> of any looped model says.</summary>
public abstract record ModelConfig
{
    private const int MaxBytes = 1 << 20;

    /// <summary>Family of the model: <c>model_type</c>.</summary>
    public required string ModelType { get; init; }

    /// <summary>Tokens in the vocabulary: <c>vocab_size</c>.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Length of a state (d): <c>hidden_size</c>.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Loops the model was trained with (T): <c>total_ut_steps</c>.</summary>
    public required int Loops { get; init; }

    /// <summary>Most positions of a sequence: <c>max_position_embeddings</c>.</summary>
    public required int ContextLength { get; init; }

    /// <summary>
    /// The model's own q-exit threshold: <c>early_exit_threshold</c>. It serves as a default and is no part of the forward
    /// pass, so it may be absent: 1, which never exits early.
    /// </summary>
    public required float EarlyExitThreshold { get; init; }

    /// <summary>
    /// The loop whose drafts of the next token were found to pay off most: <c>looplm_draft_loops</c>; null where nobody has looked.
    /// </summary>
    public int? DraftLoops { get; init; }

    /// <summary>The share of those drafts that full depth accepted, 0 to 1: <c>looplm_draft_acceptance</c>.</summary>
    public float DraftAcceptance { get; init; }

    /// <summary>Token ids that end a text: <c>eos_token_id</c>, one or several; may be none.</summary>
    public required ImmutableArray<int> EndOfTextTokens { get; init; }

    /// <summary>
    /// How the matrices are packed in the file: <c>looplm_weights</c>, <c>int8</c> or <c>int4</c>; null
    /// where they are floats like any other tensor.
    /// </summary>
    public PackedType? PackedWeights { get; init; }

    /// <summary>Weights of the head relative to those of one loop's matrices.</summary>
    public abstract double HeadCost { get; }

    /// <summary>
    /// The tensors that a checkpoint of this configuration holds, no more and no fewer, by the shapes that they have unpacked.
    /// </summary>
    public abstract IEnumerable<(string Name, ImmutableArray<long> Shape)> Tensors { get; }

    /// <summary>Whether a tensor of the model is a matrix that <see cref="PackedWeights"/> packs.</summary>
    public abstract bool IsPackable(string name);

    /// <summary>Element types that a tensor of a model may have.</summary>
    internal static ImmutableArray<ElementType> WeightTypes { get; } =
        [ElementType.Float32, ElementType.BFloat16, ElementType.Float16];

    /// <summary>Reads a <c>config.json</c>.</summary>
    /// <exception cref="CheckpointException">It cannot be used; the message lists every problem.</exception>
    public static ModelConfig Load(string path)
    {
        var problems = new List<string>();
        ModelConfig? config = null;
        StrictJson.ReadFile(path, MaxBytes, problems, json => config = Read(new ConfigFields(json, problems)));
        return problems.Count == 0 ? config! : throw new CheckpointException(path, problems);
    }

    private static OuroConfig? Read(ConfigFields fields)
    {
        switch (fields.Text("model_type"))
        {
            case OuroConfig.Family:
                return OuroConfig.Read(fields);
            case { } unknown:
                fields.Problem($"model_type is '{unknown}'; it must be one of: {OuroConfig.Family}");
                return null;
            case null:
                return null;
        }
    }
}
