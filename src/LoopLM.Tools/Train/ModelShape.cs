using LoopLM.Checkpoints.Configuration;

namespace LoopLM.Tools.Train;

/// <summary>Shape of a model to train.</summary>
internal sealed record ModelShape(int Hidden, int Layers, int Heads, int KvHeads, int Ffn, int Loops, int Context, float RopeTheta)
{
    /// <summary>Its configuration; texts end with end-of-text or the end of a message.</summary>
    public OuroConfig Config(int vocabularySize) => new()
    {
        ModelType = OuroConfig.Family,
        VocabularySize = vocabularySize,
        HiddenSize = Hidden,
        Layers = Layers,
        Heads = Heads,
        KvHeads = KvHeads,
        HeadDimension = Hidden / Heads,
        IntermediateSize = Ffn,
        Loops = Loops,
        ContextLength = Context,
        RopeTheta = RopeTheta,
        RmsNormEpsilon = 1e-6f,
        EarlyExitThreshold = 1,
        EndOfTextTokens = [0, 2],
    };
}
