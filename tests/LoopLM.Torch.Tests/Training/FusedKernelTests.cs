using LoopLM.Torch.Kernels;
using LoopLM.Torch.Ouro;
using LoopLM.Torch.Training;
using LoopLM.Torch.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace LoopLM.Torch.Tests.Training;

/// <summary>The kernels against the same formulas in libtorch's operations, values and gradients.</summary>
public sealed class FusedKernelTests
{
    public static TheoryData<ScalarType, double> Types => new() { { ScalarType.Float32, 1e-5 }, { ScalarType.BFloat16, 2e-2 } };

    [Theory]
    [MemberData(nameof(Types))]
    public void RmsNorm_Rows_AgreesWithLibtorch(ScalarType type, double tolerance) => Compare(
        type,
        tolerance,
        inputs => RmsNormFunction.apply(inputs[0], inputs[1], 1e-6f),
        inputs => inputs[1] * (inputs[0] * (inputs[0] * inputs[0]).mean([-1], keepdim: true).add(1e-6).rsqrt()),
        [3, 5, 64],
        [64]);

    [Theory]
    [InlineData(ScalarType.Float32, 32, 1e-5)]
    [InlineData(ScalarType.Float32, 128, 1e-5)]
    [InlineData(ScalarType.BFloat16, 32, 2e-2)]
    [InlineData(ScalarType.BFloat16, 64, 2e-2)]
    public void Rotation_Heads_AgreesWithLibtorch(ScalarType type, int size, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var rotary = new RotaryEmbedding(size, 100, Placement.Default with { DataType = type });
        var (given, exact) = (rotary.At(arange(6)), new RotaryEmbedding(size, 100, Placement.Default).At(arange(6)));
        Compare(
            type,
            tolerance,
            inputs => given.Rotate(inputs[0]),
            inputs => exact.Rotate(inputs[0].detach()) + (exact.Rotate(inputs[0]) - exact.Rotate(inputs[0]).detach()),
            [2, 6, 3, size]);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void DocumentAttention_PackedRows_AgreesWithLibtorchUnderAMask(ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        var split = new TokenSplit(new int[60], [.. Enumerable.Repeat((byte)1, 60)], [0, 1, 20, 53], new byte[4]);
        var batch = new TrainingBatch(split, [new(0, 20, 0), new(20, 40, 2)], 40);
        var attention = new DocumentAttention(batch, 2, Placement.Default);

        // Padding is nobody's business: its gradients and outputs are masked out of the comparison.
        var counts = tensor(batch.Documents.Select(document => document >= 0 ? 1f : 0f).ToArray(), [2, 40, 1, 1]);
        Compare(
            type,
            tolerance,
            inputs => attention.Attend(0, inputs[0], inputs[1], inputs[2]) * counts.to_type(type),
            inputs => Reference(batch, inputs) * counts,
            [2, 40, 4, 32],
            [2, 40, 2, 32],
            [2, 40, 2, 32]);

        static Tensor Reference(TrainingBatch batch, Tensor[] inputs)
        {
            var documents = tensor(batch.Documents, [2, 1, 40]);
            var visible = documents.eq(documents.transpose(1, 2)).tril().unsqueeze(1);
            var (keys, values) = (inputs[1].repeat_interleave(2, 2).transpose(1, 2), inputs[2].repeat_interleave(2, 2).transpose(1, 2));
            var scores = (inputs[0].transpose(1, 2).matmul(keys.transpose(2, 3)) / Math.Sqrt(32)).masked_fill(visible.logical_not(), float.NegativeInfinity);
            return scores.softmax(-1).matmul(values).transpose(1, 2);
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void SwiGlu_Rows_AgreesWithLibtorch(ScalarType type, double tolerance) => Compare(
        type,
        tolerance,
        inputs => SwiGluFunction.apply(inputs[0], inputs[1]),
        inputs => nn.functional.silu(inputs[0]) * inputs[1],
        [3, 5, 64],
        [3, 5, 64]);

    [Theory]
    [InlineData(ScalarType.Float32, 64, 1e-5)]
    [InlineData(ScalarType.Float32, 75, 1e-5)]
    [InlineData(ScalarType.Float32, 9, 1e-5)]
    [InlineData(ScalarType.BFloat16, 64, 2e-2)]
    [InlineData(ScalarType.BFloat16, 75, 2e-2)]
    public void CrossEntropy_VocabularyOfAnySize_AgreesWithLibtorch(ScalarType type, int vocabulary, double tolerance)
    {
        using var scope = NewDisposeScope();
        var targets = tensor(new[] { 0L, 8, 3, vocabulary - 1 });

        // Far from zero, where exp alone would overflow.
        Compare(
            type,
            tolerance,
            inputs => CrossEntropyFunction.apply(inputs[0] + 200, targets),
            inputs => nn.functional.cross_entropy((inputs[0] + 200).to_type(type).to_type(ScalarType.Float32), targets, reduction: nn.Reduction.None),
            [4, vocabulary]);
    }

    private static void Compare(ScalarType type, double tolerance, Func<Tensor[], Tensor> kernel, Func<Tensor[], Tensor> reference, params long[][] shapes)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(7);
        Tensor[] exact = [.. shapes.Select(shape => randn(shape, generator: generator).to_type(type).to_type(ScalarType.Float32).requires_grad_())];
        Tensor[] given = [.. exact.Select(input => input.detach().to_type(type).requires_grad_())];
        var (expected, actual) = (reference(exact), kernel(given));
        Assert.True(FusedKernels.SuitAnyLength(given[0]));
        var incoming = randn(expected.shape, generator: generator);
        expected.backward([incoming]);
        actual.backward([incoming.to_type(actual.dtype)]);

        Near(expected.detach(), actual.detach());
        foreach (var (one, other) in exact.Zip(given))
        {
            Near(one.grad!, other.grad!);
        }

        void Near(Tensor one, Tensor other) =>
            Assert.InRange((one - other.to_type(ScalarType.Float32)).abs().max().item<float>(), 0, tolerance * Math.Max(1, one.abs().max().item<float>()));
    }
}
