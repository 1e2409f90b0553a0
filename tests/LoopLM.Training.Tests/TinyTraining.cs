using LoopLM.Checkpoints.Configuration;
using LoopLM.Torch.Ouro;
using LoopLM.Training.Data;

namespace LoopLM.Training.Tests;

/// <summary>A model and data small enough for a step in milliseconds.</summary>
internal static class TinyTraining
{
    public const int Vocabulary = 13;

    public static TrainerOptions Options { get; } =
        new() { Steps = 6, WindowLength = 12, Windows = 8, MicroBatches = 4, WarmUp = 2, LearningRate = 3e-3 };

    public static OuroConfig Config { get; } = new()
    {
        ModelType = OuroConfig.Family,
        VocabularySize = Vocabulary,
        HiddenSize = 64,
        Layers = 2,
        Heads = 2,
        KvHeads = 1,
        HeadDimension = 32,
        IntermediateSize = 96,
        Loops = 3,
        ContextLength = 64,
        RopeTheta = 10000,
        RmsNormEpsilon = 1e-6f,
        EarlyExitThreshold = 1,
        EndOfTextTokens = [0],
    };

    public static OuroModel Model(int seed = 1)
    {
        var model = new OuroModel(Config);
        model.Initialise(seed);
        return model;
    }

    /// <summary>Documents of 3 to 9 tokens that count upwards; all but the first two tokens are targets.</summary>
    public static TokenSplit Documents(int count = 60)
    {
        var random = new Random(5);
        var (tokens, targets, starts) = (new List<int>(), new List<byte>(), new List<int>());
        for (var document = 0; document < count; document++)
        {
            starts.Add(tokens.Count);
            var (first, stride) = (random.Next(Vocabulary), 1 + random.Next(3));
            for (var i = 0; i < 3 + random.Next(7); i++)
            {
                tokens.Add((first + (i * stride)) % Vocabulary);
                targets.Add((byte)(i < 2 ? 0 : 1));
            }
        }

        return new([.. tokens], [.. targets], [.. starts], new byte[count]);
    }

    public static byte[] Weights(OuroModel model) =>
        [.. model.named_parameters().SelectMany(entry => entry.parameter.detach().bytes.ToArray())];
}
