using LoopLM.Training.Objectives;
using static TorchSharp.torch;

namespace LoopLM.Training.Tests.Objectives;

public sealed class ObjectiveTests
{
    [Theory]
    [InlineData(new[] { -3f, -1f, 0.5f, 2f }, new[] { 0.047426, 0.256187, 0.433473, 0.262915 })]
    [InlineData(new[] { 1.5f, 1f, 3f, 0f }, new[] { 0.817574, 0.133364, 0.046735, 0.002327 })]
    [InlineData(new[] { 60f, 0f, 0f, 0f }, new[] { 1.0, 0, 0, 0 })]
    public void Log_GateLogits_GivesThePublishedProbabilities(float[] gateLogits, double[] expected)
    {
        using var scope = NewDisposeScope();

        var probabilities = ExitProbabilities.Log(tensor(gateLogits).unsqueeze(1)).exp().squeeze(1).data<float>().ToArray();

        Assert.All(expected.Zip(probabilities), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
    }

    [Fact]
    public void ExpectedLoss_TwoTokens_IsTheExpectationMinusTheEntropy()
    {
        using var scope = NewDisposeScope();
        var losses = tensor(new[] { 3f, 1f, 2f, 0.5f, 1f, 0.25f }, [3, 2]);
        var gates = tensor(new[] { 0f, -1f, 0f, 1f, 9f, 9f }, [3, 2]);

        var sum = new ExpectedLoss(beta: 0.1).Sum(losses, gates).item<float>();

        double[] first = [0.5, 0.25, 0.25];
        var (low, high) = (1 / (1 + Math.E), Math.E / (1 + Math.E));
        double[] second = [low, high * high, high * low];
        double Entropy(double[] p) => -p.Sum(value => value * Math.Log(value));
        var expected = (0.5 * 3) + (0.25 * 2) + (0.25 * 1) + (low * 1) + (high * high * 0.5)
            + (high * low * 0.25) - (0.1 * (Entropy(first) + Entropy(second)));
        Assert.Equal(expected, sum, 1e-5);
    }

    [Fact]
    public void GainLabels_OneToken_IsThePublishedFormula()
    {
        using var scope = NewDisposeScope();
        double[] losses = [2.0, 1.99, 2.5];
        double[] gates = [0.3, -0.7, 1.1];

        var sum = new GainLabels().Sum(tensor(losses, [3, 1], ScalarType.Float32), tensor(gates, [3, 1], ScalarType.Float32)).item<float>();

        static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));
        double Term(int t)
        {
            var label = Sigmoid(50 * (Math.Max(0, losses[t - 1] - losses[t]) - 0.005));
            var lambda = Sigmoid(gates[t]);
            return -((label * Math.Log(1 - lambda)) + ((1 - label) * Math.Log(lambda)));
        }

        Assert.Equal((Term(1) + Term(2)) / 3, sum, 1e-5);
    }

    [Fact]
    public void ExpectedLoss_Gradient_FlowsThroughProbabilitiesAndLosses()
    {
        using var scope = NewDisposeScope();
        var losses = tensor(new[] { 3f, 1f }, [2, 1]).requires_grad_();
        var gates = zeros(2, 1).requires_grad_();

        new ExpectedLoss(beta: 0).Sum(losses, gates).backward();

        Assert.Equal([0.5f, 0.5f], losses.grad!.data<float>().ToArray());
        Assert.Equal([0.5f, 0f], gates.grad!.data<float>().ToArray());
    }
}
