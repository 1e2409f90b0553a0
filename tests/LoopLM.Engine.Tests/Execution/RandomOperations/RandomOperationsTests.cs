using System.Globalization;

namespace LoopLM.Engine.Tests.Execution.RandomOperations;

/// <summary>
/// Seeded random operations on the whole engine, audited after every one, against a serial oracle. <c>LOOPLM_RANDOM_CASES</c>
/// sets the number of cases, <c>LOOPLM_RANDOM_SEED</c> the first one's seed; a failure names its seed, and what is left of
/// its operations when those that do not matter are left out.
/// </summary>
public sealed class RandomOperationsTests
{
    private const int OperationsOfACase = 100;

    [Fact]
    public void Tick_RandomOperations_EveryGenerationIsWhatItIsAloneAndNothingLeaks()
    {
        var (first, cases) = (Setting("LOOPLM_RANDOM_SEED", 1), Setting("LOOPLM_RANDOM_CASES", 40));
        var accepted = 0;
        for (var seed = first; seed < first + cases; seed++)
        {
            var random = new RandomCase(seed, OperationsOfACase);
            if (Try(random, random.Operations, ref accepted) is { } failure)
            {
                var left = Shrink(random);
                Assert.Fail(
                    $"Seed {seed}, {left.Count} of {OperationsOfACase} operations: {failure}\n{random.Options}\n{string.Join('\n', left)}");
            }
        }

        Assert.True(accepted > 10 * cases, $"only {accepted} generations were accepted");
    }

    /// <summary>Leaves out operations, many and then few, as long as the case still fails.</summary>
    private static List<Operation> Shrink(RandomCase random)
    {
        var (left, ignored) = (random.Operations.ToList(), 0);
        for (var size = left.Count / 2; size > 0; size /= 2)
        {
            for (var from = 0; from + size <= left.Count;)
            {
                List<Operation> fewer = [.. left[..from], .. left[(from + size)..]];
                (left, from) = Try(random, fewer, ref ignored) is null ? (left, from + size) : (fewer, from);
            }
        }

        return left;
    }

    private static Exception? Try(RandomCase random, IEnumerable<Operation> operations, ref int accepted)
    {
        try
        {
            accepted += RandomRun.Execute(random, operations);
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    }

    private static int Setting(string name, int otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
