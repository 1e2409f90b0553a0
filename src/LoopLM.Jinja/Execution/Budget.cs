using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace LoopLM.Jinja.Execution;

/// <summary>Counts what a rendering spends and ends it where that is too much. It also knows where in the source the rendering stands.</summary>
internal sealed class Budget(JinjaLimits limits, CancellationToken cancellationToken)
{
    /// <summary>Steps from one look at the clock to the next.</summary>
    private const int ClockInterval = 256;

    /// <summary>Chars of work that take about as long as a step.</summary>
    private const int CharsOfAStep = 4096;

    /// <summary>Chars that are compared in the time of one that is read.</summary>
    private const int CharsComparedAtOnce = 64;

    private readonly long _start = Stopwatch.GetTimestamp();
    private long _steps;
    private long _work;
    private long _text;
    private int _depth;

    /// <summary>Offset of the expression or statement at work.</summary>
    public int Offset { get; set; }

    /// <summary>Counts steps; call it before the work.</summary>
    public void Step(long count = 1)
    {
        var before = _steps;
        _steps += Math.Min(count, limits.MaxSteps + 1L);
        if (_steps > limits.MaxSteps)
        {
            throw Exceeded($"{limits.MaxSteps} steps");
        }

        if (before / ClockInterval != _steps / ClockInterval)
        {
            LookAtClock();
        }
    }

    /// <summary>Counts chars that an operation is going to read or write; call it before the work.</summary>
    public void Work(long chars)
    {
        // A long text is as much a reason to look at the clock as many steps are.
        Step(1 + (chars / CharsOfAStep));
        _work += Math.Min(chars, limits.MaxWork + 1);
        if (_work > limits.MaxWork)
        {
            throw Exceeded($"{limits.MaxWork} chars of work");
        }
    }

    /// <summary>Counts what looking for a text in another compares at worst, where each place begins like what is looked for; call it before the work.</summary>
    /// <param name="text">Chars of the text.</param>
    /// <param name="part">Chars of what is looked for.</param>
    public void Search(int text, int part) => Work(text + (Math.Max(0L, text - part) * (part / CharsComparedAtOnce)));

    /// <summary>Counts chars of a text that an operation is going to make; call it before the work.</summary>
    public void Create(long chars)
    {
        Work(chars);
        _text += Math.Min(chars, limits.MaxText + 1);
        if (_text > limits.MaxText)
        {
            throw Exceeded($"{limits.MaxText} chars of text");
        }
    }

    /// <summary>Checks the length of the output.</summary>
    public void CheckOutput(long chars)
    {
        if (chars > limits.MaxOutput)
        {
            throw Exceeded($"{limits.MaxOutput} chars of output");
        }
    }

    /// <summary>Goes one level deeper; <see cref="Leave"/> comes back.</summary>
    public void Enter()
    {
        if (++_depth > limits.MaxDepth || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw Exceeded($"{limits.MaxDepth} levels of depth");
        }
    }

    public void Leave() => _depth--;

    private void LookAtClock()
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Stopwatch.GetElapsedTime(_start) > limits.Timeout)
        {
            throw Exceeded($"{limits.Timeout.TotalSeconds} s");
        }
    }

    private static JinjaFault Exceeded(string limit) => new(JinjaErrorKind.LimitExceeded, $"The template needs more than {limit}.");
}
