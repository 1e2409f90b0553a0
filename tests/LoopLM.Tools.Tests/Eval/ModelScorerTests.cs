using System.Text.Json;
using LoopLM.Checkpoints;
using LoopLM.Checkpoints.Safetensors;
using LoopLM.Testing;
using LoopLM.Tools.Eval;
using LoopLM.Training.Data;

namespace LoopLM.Tools.Tests.Eval;

public sealed class ModelScorerTests
{
    [Fact]
    public void Score_PromptsOfTheReference_GivesTheLossesAndTopTokensOfItsLogits()
    {
        var folder = TestData.Fixture("looplm-bytes");
        using var checkpoint = Checkpoint.Open(folder);
        using var golden = SafetensorsFile.Open(Path.Combine(folder, "golden.safetensors"));
        using var json = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "golden.json")));
        var prompts = json.RootElement.GetProperty("prompts").EnumerateArray()
            .Select(prompt => prompt.EnumerateArray().Select(token => token.GetInt32()).ToArray()).ToList();
        var starts = prompts.Select((_, i) => prompts.Take(i).Sum(prompt => prompt.Length)).ToArray();
        var tokens = prompts.SelectMany(prompt => prompt).ToArray();
        var split = new TokenSplit(tokens, [.. tokens.Select(_ => (byte)1)], starts, new byte[starts.Length]);

        using var model = ModelScorer.Load(checkpoint, 4);
        var scores = ModelScorer.Score(model, split, new WindowSample(256, 1 << 16, 1));

        for (var target = 0; target < scores.Targets; target++)
        {
            var (document, at) = (scores.Documents[target], scores.Indices[target] - starts[scores.Documents[target]]);
            for (var loop = 0; loop < 4; loop++)
            {
                var logits = Logits($"prompt{document}.logits", loop, at - 1, prompts[document].Length);
                var loss = Math.Log(logits.Sum(logit => Math.Exp(logit))) - logits[prompts[document][at]];
                Assert.Equal(loss, scores.Losses[(target * 4) + loop], 5e-4);
                Assert.Equal(Array.IndexOf(logits, logits.Max()), scores.TopTokens[(target * 4) + loop]);
            }
        }

        Assert.Equal(tokens.Length - prompts.Count, scores.Targets);

        double[] Logits(string name, int loop, int position, int length)
        {
            var all = new float[golden.Tensors[name].ElementCount];
            golden.Tensors[name].CopyTo(all);
            return [.. all.AsSpan(((loop * length) + position) * 260, 260).ToArray().Select(logit => (double)logit)];
        }
    }
}
