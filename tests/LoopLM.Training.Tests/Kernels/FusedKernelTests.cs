using LoopLM.Torch.Kernels;
using LoopLM.Torch.Ouro;
using LoopLM.Training.Data;
using LoopLM.Training.Kernels;
using static TorchSharp.torch;

namespace LoopLM.Training.Tests.Kernels;

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
    [InlineData(ScalarType.Float32, 16, 1e-5)]
    [InlineData(ScalarType.Float32, 32, 1e-5)]
    [InlineData(ScalarType.Float32, 64, 1e-5)]
    [InlineData(ScalarType.Float32, 128, 1e-5)]
    [InlineData(ScalarType.BFloat16, 32, 2e-2)]
    [InlineData(ScalarType.BFloat16, 128, 2e-2)]
    public void DocumentAttention_PackedRows_AgreesWithLibtorchUnderAMask(ScalarType type, int size, double tolerance)
    {
        // Documents of 1, 2, 15, 16, 17 and 29 tokens, then of 33 and 40 and padding: below, at and above blocks of 16.
        using var scope = NewDisposeScope();
        var split = new TokenSplit(new int[153], [.. Enumerable.Repeat((byte)1, 153)], [0, 1, 3, 18, 34, 51, 80, 113], new byte[8]);
        var batch = new TrainingBatch(split, [new(0, 80, 0), new(80, 73, 6)], 80);
        var attention = new DocumentAttention(batch, 2, Placement.Default);

        // Padding is nobody's business: its gradients and outputs are masked out of the comparison.
        var counts = tensor(batch.Documents.Select(document => document >= 0 ? 1f : 0f).ToArray(), [2, 80, 1, 1]);
        Compare(
            type,
            tolerance,
            inputs => attention.Attend(0, inputs[0], inputs[1], inputs[2]) * counts.to_type(type),
            inputs => Reference(batch, inputs) * counts,
            [2, 80, 4, size],
            [2, 80, 2, size],
            [2, 80, 2, size]);

        static Tensor Reference(TrainingBatch batch, Tensor[] inputs)
        {
            var documents = tensor(batch.Documents, [2, 1, 80]);
            var visible = documents.eq(documents.transpose(1, 2)).tril().unsqueeze(1);
            var (keys, values) = (inputs[1].repeat_interleave(2, 2).transpose(1, 2), inputs[2].repeat_interleave(2, 2).transpose(1, 2));
            var scores = (inputs[0].transpose(1, 2).matmul(keys.transpose(2, 3)) / Math.Sqrt(inputs[0].shape[^1])).masked_fill(
                visible.logical_not(), float.NegativeInfinity);
            return scores.softmax(-1).matmul(values).transpose(1, 2);
        }
    }

    [Fact]
    public void DocumentAttention_Padding_GivesZeros()
    {
        using var scope = NewDisposeScope();
        var batch = new TrainingBatch(new TokenSplit(new int[5], [0, 1, 1, 1, 1], [0], new byte[1]), [new(0, 5, 0), new(0, 5, 0)], 9);
        Tensor[] inputs = [.. Enumerable.Range(0, 3).Select(_ => ones(2, 9, 1, 32).requires_grad_())];

        // Memory that has been used is no longer zero by itself.
        Tensor[] used = [.. Enumerable.Range(0, 8).Select(_ => ones(2, 9, 1, 32))];
        foreach (var tensor in used)
        {
            tensor.Dispose();
        }

        var output = new DocumentAttention(batch, 1, Placement.Default).Attend(0, inputs[0], inputs[1], inputs[2]);
        output.backward([ones_like(output)]);

        Assert.All([output.detach(), .. inputs.Select(input => input.grad!)], tensor =>
            Assert.Equal(0, tensor.narrow(1, 5, 4).abs().sum().item<float>()));
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
            inputs => nn.functional.cross_entropy(
                (inputs[0] + 200).to_type(type).to_type(ScalarType.Float32), targets, reduction: nn.Reduction.None),
            [4, vocabulary]);
    }

    private static void Compare(
        ScalarType type, double tolerance, Func<Tensor[], Tensor> kernel, Func<Tensor[], Tensor> reference, params long[][] shapes)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(7);
        Tensor[] exact = [.. shapes.Select(shape =>
            randn(shape, generator: generator).to_type(type).to_type(ScalarType.Float32).requires_grad_())];
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
            Assert.InRange((one - other.to_type(ScalarType.Float32)).abs().max().item<float>(),
                0, tolerance * Math.Max(1, one.abs().max().item<float>()));
    }
}
