using LoopLM.Checkpoints.Safetensors;
using LoopLM.Torch.Ouro;
using static TorchSharp.torch;

namespace LoopLM.Torch.Tests.Ouro;

public sealed class OuroModelTests
{
    private const string Fixture = "ouro-tiny-gqa";

    [Theory]
    [InlineData("ouro-tiny-mha")]
    [InlineData("ouro-tiny-gqa")]
    [InlineData("looplm-bytes")]
    public void Forward_GoldenPrompts_AgreesAtEveryLoop(string fixture)
    {
        using var golden = new Golden(fixture);
        using var model = Load(golden);
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        for (var prompt = 0; prompt < golden.Prompts.Count; prompt++)
        {
            var outputs = model.forward(Tokens(golden.Prompts[prompt]));
            Assert.Equal(golden.Config.Loops, outputs.Count);
            for (var loop = 1; loop <= outputs.Count; loop++)
            {
                var output = outputs[loop - 1];
                Golden.AssertClose(golden.Loop($"prompt{prompt}.hidden", loop), Numbers(output.Hidden));
                Golden.AssertClose(golden.Loop($"prompt{prompt}.gate", loop), Numbers(output.GateLogits));
                Golden.AssertClose(golden.Loop($"prompt{prompt}.logits", loop), Numbers(output.Logits));
            }
        }
    }

    [Fact]
    public void Forward_TwoSequencesTogether_EqualsEachAlone()
    {
        using var golden = new Golden(Fixture);
        using var model = Load(golden);
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        var tokens = arange(24, ScalarType.Int64).view(2, 12) * 7;

        var together = model.forward(tokens)[^1].Logits;
        var second = model.forward(tokens[1].unsqueeze(0))[^1].Logits;

        Golden.AssertClose(Numbers(second), Numbers(together[1]), 1e-5f);
    }

    [Fact]
    public void Forward_BFloat16_StaysCloseToFloat32()
    {
        using var golden = new Golden("looplm-bytes");
        using var narrow = Load(golden, new Placement(CPU, ScalarType.BFloat16));
        using var mode = inference_mode();
        using var scope = NewDisposeScope();

        var outputs = narrow.forward(Tokens(golden.Prompts[0]));

        Assert.Equal(ScalarType.BFloat16, outputs[^1].Logits.dtype);
        for (var loop = 1; loop <= outputs.Count; loop++)
        {
            var expected = tensor(golden.Loop("prompt0.hidden", loop));
            var error = (outputs[loop - 1].Hidden.to_type(ScalarType.Float32).flatten() - expected).norm() / expected.norm();
            Assert.InRange(error.item<float>(), 1e-6f, 0.03f);
        }
    }

    [Fact]
    public void Forward_LossOverEveryLoop_ReachesEveryParameter()
    {
        using var golden = new Golden(Fixture);
        using var model = Load(golden);
        using var scope = NewDisposeScope();

        var outputs = model.forward(Tokens(golden.Prompts[0]));
        outputs.Select(output => output.Logits.square().mean() + output.GateLogits.square().mean())
            .Aggregate((sum, next) => sum + next).backward();

        Assert.All(model.named_parameters(), parameter => Assert.True(
            parameter.parameter.grad is { } gradient && gradient.abs().max().item<float>() > 0, parameter.name));
    }

    [Theory]
    [InlineData("model.layers.0.self_attn.k_proj.weight")]
    [InlineData("model.layers.1.mlp.gate_proj.weight")]
    [InlineData("model.norm.weight")]
    public void Forward_LossOfTheLastLoop_HasTheGradientOfAllLoops(string parameter)
    {
        using var golden = new Golden(Fixture);
        using var model = Load(golden);
        using var scope = NewDisposeScope();
        var weight = model.named_parameters().Single(candidate => candidate.name == parameter).parameter;
        Loss(model, golden).backward();
        var gradient = weight.grad!.flatten();
        var steepest = gradient.abs().argmax().item<long>();

        const float step = 2e-3f;
        var difference = (LossBeside(step) - LossBeside(-step)) / (2 * step);

        Assert.InRange(gradient[steepest].item<float>() / difference, 0.98, 1.02);

        double LossBeside(float offset)
        {
            using var _ = no_grad();
            var element = weight.flatten()[steepest];
            element.add_(offset);
            var loss = Loss(model, golden).item<float>();
            element.sub_(offset);
            return loss;
        }
    }

    [Fact]
    public void Forward_LossOfTheLastLoop_ReachesTheStateOfTheFirst()
    {
        using var golden = new Golden(Fixture);
        using var model = Load(golden);
        using var scope = NewDisposeScope();
        var outputs = model.forward(Tokens(golden.Prompts[0]));
        outputs[0].Hidden.retain_grad();

        outputs[^1].Logits.square().mean().backward();

        Assert.True(outputs[0].Hidden.grad!.abs().max().item<float>() > 0);
    }

    [Fact]
    public void Load_Float16Weights_RoundsNothingFurther()
    {
        using var altered = new AlteredCheckpoint(Fixture, ElementType.Float16, (_, number) => number);
        using var golden = new Golden(Fixture);
        using var model = new OuroModel(golden.Config);

        model.Load(altered.Checkpoint);

        using var scope = NewDisposeScope();
        Assert.All(model.named_parameters(), parameter =>
        {
            var expected = new float[parameter.parameter.numel()];
            golden.Checkpoint[parameter.name].CopyTo(expected);
            Assert.Equal(expected.Select(number => (float)(Half)number), parameter.parameter.detach().flatten().data<float>());
        });
    }

    [Fact]
    public void Parameters_Model_AreExactlyTheCheckpointsTensors()
    {
        using var golden = new Golden(Fixture);
        using var model = new OuroModel(golden.Config);

        Assert.Equal(
            golden.Config.Tensors.Select(tensor => tensor.Name).Order(StringComparer.Ordinal),
            model.named_parameters().Select(parameter => parameter.name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Initialise_SameSeed_GivesTheSameWeightsAndNormsOfOne()
    {
        using var golden = new Golden(Fixture);
        using var model = new OuroModel(golden.Config);
        using var twin = new OuroModel(golden.Config);
        using var other = new OuroModel(golden.Config);
        using var scope = NewDisposeScope();

        model.Initialise(1);
        twin.Initialise(1);
        other.Initialise(2);

        var (weights, same, different) = (model.state_dict(), twin.state_dict(), other.state_dict());
        Assert.All(weights, weight => Assert.True(weight.Value.equal(same[weight.Key]).all().item<bool>(), weight.Key));
        Assert.False(weights["lm_head.weight"].equal(different["lm_head.weight"]).all().item<bool>());
        Assert.Equal(1, weights["model.norm.weight"].min().item<float>());
        Assert.Equal(0, weights["model.early_exit_gate.bias"].item<float>());
    }

    private static OuroModel Load(Golden golden, Placement? placement = null)
    {
        var model = new OuroModel(golden.Config, placement);
        model.Load(golden.Checkpoint);
        return model;
    }

    private static Tensor Loss(OuroModel model, Golden golden) => model.forward(Tokens(golden.Prompts[0]))[^1].Logits.square().mean();

    private static Tensor Tokens(int[] prompt) => tensor(prompt, ScalarType.Int64).unsqueeze(0);

    private static float[] Numbers(Tensor tensor) => [.. tensor.contiguous().data<float>()];
}
