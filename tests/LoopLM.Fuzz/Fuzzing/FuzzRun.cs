using System.Diagnostics;

namespace LoopLM.Fuzz.Fuzzing;

/// <summary>Feeds a target with its corpus and with mutations of it, each within bounds of time and memory.</summary>
internal sealed class FuzzRun
{
    /// <summary>Findings of different rules after which a run ends.</summary>
    private const int MaxFindings = 20;

    private const int RestInterval = 1000;

    /// <summary>As little as a thread has anywhere that .NET runs (musl's).</summary>
    private const int StackBytes = 1536 << 10;

    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_reportInterval = TimeSpan.FromMinutes(1);

    private readonly FuzzTarget _target;
    private readonly FuzzOptions _options;
    private readonly CoverageMap? _coverage;
    private readonly List<byte[]> _corpus;
    private readonly int _given;
    private readonly Dictionary<string, FuzzFinding> _findings = [];
    private readonly long _started = Stopwatch.GetTimestamp();

    // Of the input at work; read by the thread that watches.
    private byte[] _input = [];
    private long _inputStarted;
    private long _number;
    private volatile bool _isDone;
    private volatile bool _isLeft;
    private Exception? _broken;

    private long _accepted;
    private TimeSpan _slowest;
    private long _mostAllocated;

    private FuzzRun(FuzzTarget target, FuzzOptions options, CoverageMap? coverage)
    {
        (_target, _options, _coverage) = (target, options, coverage);
        _corpus = Corpus.Read(options.Corpus, target.Name);
        _given = _corpus.Count;
    }

    /// <summary>Runs to the end of the options, or until an input hangs.</summary>
    public static FuzzResult Run(FuzzTarget target, FuzzOptions options, CoverageMap? coverage = null) => new FuzzRun(target, options, coverage).Run();

    private FuzzResult Run()
    {
        var worker = new Thread(Work, StackBytes) { IsBackground = true, Name = _target.Name };
        worker.Start();
        var reported = _started;
        while (!worker.Join(s_poll))
        {
            if (Stopwatch.GetElapsedTime(reported) > s_reportInterval)
            {
                reported = Stopwatch.GetTimestamp();
                Console.Error.WriteLine($"{_target.Name}: {Interlocked.Read(ref _number)} inputs, {_findings.Count} findings so far");
            }

            var (input, started) = (_input, Volatile.Read(ref _inputStarted));
            if (started != 0 && Stopwatch.GetElapsedTime(started) is var elapsed && elapsed > 2 * _target.MaxTime && !_isDone)
            {
                // The thread cannot be stopped; the run ends without it.
                Note(input, "hangs", $"it takes more than {elapsed.TotalSeconds:F0} s");
                _isLeft = true;
                break;
            }
        }

        return _broken is null
            ? new(_number, _accepted, _corpus.Count - _given, _slowest, _mostAllocated, [.. _findings.Values])
            : throw new InvalidOperationException($"The target {_target.Name} is broken.", _broken);
    }

    private void Work()
    {
        try
        {
            using var current = new CurrentInput(_options.Findings, _target.Name, _target.MaxInputBytes);
            var mutator = new Mutator(new Random(_options.Seed), _target.Dictionary, _target.MaxInputBytes);
            while (!_isLeft && _findings.Count < MaxFindings && !IsOver())
            {
                var input = _number < _given ? _corpus[(int)_number] : mutator.Next(_corpus);
                current.Set(input);
                Feed(input);
                _number++;
                if (_number % RestInterval == 0)
                {
                    Rest(input);
                }
            }

            Rest(_input);
        }
        catch (Exception exception)
        {
            _broken = exception;
        }

        _isDone = true;
    }

    private bool IsOver() =>
        (_options.Inputs is { } inputs && _number >= _given + inputs)
        || (_options.Duration is { } duration && Stopwatch.GetElapsedTime(_started) > duration);

    private void Feed(byte[] input)
    {
        _input = input;
        var allocatedBefore = Allocated();
        Volatile.Write(ref _inputStarted, Stopwatch.GetTimestamp());
        _coverage?.Clear();
        try
        {
            _accepted += _target.Check(input) ? 1 : 0;
        }
        catch (FuzzException exception)
        {
            Note(input, exception.Rule, exception.Message);
        }
        catch (Exception exception)
        {
            Note(input, RuleOf(exception), exception.ToString());
        }

        var elapsed = Stopwatch.GetElapsedTime(_inputStarted);
        Volatile.Write(ref _inputStarted, 0);
        var allocated = Allocated() - allocatedBefore;
        _slowest = elapsed > _slowest ? elapsed : _slowest;
        _mostAllocated = Math.Max(_mostAllocated, allocated);
        if (elapsed > _target.MaxTime)
        {
            Note(input, "is slow", $"it takes {elapsed.TotalSeconds:F1} s; at most {_target.MaxTime.TotalSeconds} are allowed");
        }

        if (allocated > _target.MaxAllocatedBytes)
        {
            Note(input, "allocates much", $"it allocates {allocated} bytes; at most {_target.MaxAllocatedBytes} are allowed");
        }

        if (_coverage?.Learn() is true && _number >= _given)
        {
            _corpus.Add(input);
            if (_options.Learnt is { } folder)
            {
                Corpus.Write(folder, _target.Name, input);
            }
        }
    }

    private void Rest(byte[] last)
    {
        try
        {
            _target.CheckAtRest();
        }
        catch (Exception exception)
        {
            Note(last, $"rest: {(exception as FuzzException)?.Rule ?? RuleOf(exception)}", exception.ToString());
        }
    }

    private long Allocated() => _target.WorksElsewhere ? GC.GetTotalAllocatedBytes() : GC.GetAllocatedBytesForCurrentThread();

    private void Note(byte[] input, string rule, string reason)
    {
        if (!_isLeft && !_findings.ContainsKey(rule))
        {
            var file = Corpus.Write(_options.Findings, _target.Name, input);
            _findings.Add(rule, new(_target.Name, _options.Seed, _number, file, reason));
            Console.Error.WriteLine(_findings[rule]);
        }
    }

    /// <summary>The kind of an exception and where it comes from: one finding for each.</summary>
    private static string RuleOf(Exception exception) =>
        $"{exception.GetType().Name} {exception.StackTrace?.Split('\n').FirstOrDefault(line => line.Contains("LoopLM.", StringComparison.Ordinal) && !line.Contains("LoopLM.Fuzz", StringComparison.Ordinal))?.Trim()}";
}
