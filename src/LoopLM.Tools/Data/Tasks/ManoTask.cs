using System.Text;

namespace LoopLM.Tools.Data.Tasks;

/// <summary>
/// Mano (arXiv 2510.25741, section 6.2): an expression in prefix notation over the integers modulo a prime, <c>+*342%7</c> is (3 * 4 + 2)
/// mod 7. The size of the left operand of every operation is drawn uniformly.
/// </summary>
internal sealed class ManoTask : ITask
{
    private readonly int _modulus;
    private readonly (int Low, int High) _operations;

    /// <summary>Creates the task.</summary>
    /// <param name="modulus">From 2 to 10, so that every number is one digit.</param>
    /// <param name="operations">How many operations an expression has.</param>
    /// <exception cref="FormatException">The modulus is out of range, or there may be no operation.</exception>
    public ManoTask(int modulus, (int Low, int High) operations)
    {
        if (modulus is < 2 or > 10 || operations.Low < 1)
        {
            throw new FormatException(
                $"mano: modulus is {modulus}, operations from {operations.Low}; they must be 2 to 10, and at least 1.");
        }

        (_modulus, _operations) = (modulus, operations);
    }

    /// <inheritdoc/>
    public Problem Draw(Random random)
    {
        var expression = new StringBuilder();
        var operations = random.Next(_operations.Low, _operations.High + 1);
        var value = Append(expression, operations, random);
        return new($"{expression}%{_modulus}", $"{value}", IsFact: operations == 1);
    }

    private int Append(StringBuilder expression, int operations, Random random)
    {
        if (operations == 0)
        {
            var number = random.Next(_modulus);
            expression.Append(number);
            return number;
        }

        var operation = random.Next(3);
        expression.Append("+-*"[operation]);
        var left = random.Next(operations);
        var (a, b) = (Append(expression, left, random), Append(expression, operations - 1 - left, random));
        return (operation switch { 0 => a + b, 1 => a - b + _modulus, _ => a * b }) % _modulus;
    }
}
