namespace LoopLM.Engine.Runners;

/// <summary>What the engine needs to know of a model.</summary>
public sealed record ModelDescription
{
    /// <summary>Tokens in the vocabulary; token ids are 0..VocabularySize-1.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>Length of a state (d).</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Loops the model was trained with (T). A prompt always runs exactly these.</summary>
    public required int Loops { get; init; }

    /// <summary>Most loops that the model's family allows, at least <see cref="Loops"/>. Default: any number.</summary>
    public int MaxLoops { get; init; } = int.MaxValue;

    /// <summary>Whether it has a gate that says after every loop how likely a token is finished. Default: true.</summary>
    public bool HasGate { get; init; } = true;

    /// <summary>Layers beside the core that attend. Default: none.</summary>
    public PositionLayers PositionLayers { get; init; }

    /// <summary>Whether layers run before the first loop.</summary>
    public bool HasPrelude => (PositionLayers & PositionLayers.Prelude) != 0;

    /// <summary>Whether layers run after the last loop, before the head.</summary>
    public bool HasCoda => (PositionLayers & PositionLayers.Coda) != 0;

    /// <summary>The model's own threshold for <c>q-exit</c>; 1 never exits early.</summary>
    public required float ExitThreshold { get; init; }

    /// <summary>The loop after which drafts of the next token are known to pay off most, from 1; null where nobody has looked.</summary>
    public int? DraftLoops { get; init; }

    /// <summary>The share of those drafts that full depth accepts, 0 to 1.</summary>
    public double DraftAcceptance { get; init; }

    /// <summary>Most positions of one sequence: prompt and generated tokens together.</summary>
    public required int ContextLength { get; init; }

    /// <summary>
    /// Cost of everything outside the loop (embedding and head) relative to one loop of one row, by
    /// parameters touched: F0/Fr of the depth bound.
    /// </summary>
    public required double HeadCost { get; init; }
}
