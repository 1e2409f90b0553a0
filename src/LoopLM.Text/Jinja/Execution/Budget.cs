using System.Diagnostics;

namespace LoopLM.Text.Jinja.Execution;

/// <summary>Counts what a rendering spends and ends it where that is too much. It also knows where in the source the rendering stands.</summary>
internal sealed class Budget(JinjaLimits limits, CancellationToken cancellationToken)
{
    /// <summary>Steps from one look at the clock to the next.</summary>
    private const int ClockInterval = 256;

    private readonly long _start = Stopwatch.GetTimestamp();
    private int _steps;
    private long _work;
    private int _depth;

    /// <summary>Offset of the expression or statement at work.</summary>
    public int Offset { get; set; }

    /// <summary>Counts steps.</summary>
    public void Step(int count = 1)
    {
        var before = _steps;
        _steps = (int)Math.Min((long)_steps + count, int.MaxValue);
        if (_steps > limits.MaxSteps)
        {
            throw Exceeded($"{limits.MaxSteps} steps");
        }

        if (before / ClockInterval != _steps / ClockInterval)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Stopwatch.GetElapsedTime(_start) > limits.Timeout)
            {
                throw Exceeded($"{limits.Timeout.TotalSeconds} s");
            }
        }
    }

    /// <summary>Counts chars that an operation is going to read or write; call it before the work.</summary>
    public void Work(long chars)
    {
        // A long text is as much a reason to look at the clock as many steps are.
        Step((int)Math.Min(chars / 4096, limits.MaxSteps) + 1);
        _work += chars;
        if (_work > limits.MaxWork)
        {
            throw Exceeded($"{limits.MaxWork} chars of work");
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
        if (++_depth > limits.MaxDepth)
        {
            throw Exceeded($"{limits.MaxDepth} levels of depth");
        }
    }

    public void Leave() => _depth--;

    private static JinjaFault Exceeded(string limit) => new(JinjaErrorKind.LimitExceeded, $"The template needs more than {limit}.");
}
