using LoopLM.Checkpoints;
using LoopLM.Torch.Ouro;
using LoopLM.Training.Data;
using static TorchSharp.torch;

namespace LoopLM.Training.Tests;

public sealed class PackedForwardTests
{
    [Fact]
    public void Score_PackedDocuments_EqualsEachDocumentAlone()
    {
        using var model = TinyTraining.Model();
        var split = TinyTraining.Documents(9);

        var scores = LoopScorer.Score(model, split, WindowPacker.Pack(split, 20), 20);

        var target = 0;
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        for (var document = 0; document < split.Documents; document++)
        {
            var tokens = split.Tokens[split.Starts[document]..split.End(document)];
            var outputs = model.forward(tensor(tokens.Select(token => (long)token).ToArray()).unsqueeze(0));
            for (var i = 2; i < tokens.Length; i++, target++)
            {
                Assert.Equal(document, scores.Documents[target]);
                for (var loop = 0; loop < scores.Loops; loop++)
                {
                    var log = outputs[loop].Logits[0, i - 1].log_softmax(-1);
                    Assert.Equal(-log[tokens[i]].item<float>(), scores.Losses[(target * scores.Loops) + loop], 1e-4);
                    Assert.Equal(log.argmax().item<long>() == tokens[i], scores.IsCorrect[(target * scores.Loops) + loop]);
                    Assert.Equal(outputs[loop].GateLogits[0, i - 1].item<float>(), scores.GateLogits[(target * scores.Loops) + loop], 1e-4);
                }
            }
        }

        Assert.Equal(scores.Targets, target);
    }

    [Fact]
    public void Write_Model_OpensAsACheckpointWithTheSameRoundedWeights()
    {
        var folder = Directory.CreateTempSubdirectory("looplm-").FullName;
        try
        {
            using var model = TinyTraining.Model();
            ModelWriter.Write(model, folder);

            using var checkpoint = Checkpoint.Open(folder);
            using var read = new OuroModel(TinyTraining.Config);
            read.Load(checkpoint);

            Assert.Equal(TinyTraining.Config with { EndOfTextTokens = default },
                (LoopLM.Checkpoints.Configuration.OuroConfig)checkpoint.Config with { EndOfTextTokens = default });
            Assert.Equal(TinyTraining.Config.EndOfTextTokens, checkpoint.Config.EndOfTextTokens);
            Assert.All(model.named_parameters().Zip(read.named_parameters()), pair =>
                Assert.True(
                    pair.First.parameter.detach().to_type(ScalarType.BFloat16).to_type(ScalarType.Float32)
                        .Equals(pair.Second.parameter.detach()), pair.First.name));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
