using LoopLM.Engine.Exits;
using LoopLM.Engine.Kv;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Sampling;
using LoopLM.Testing;

namespace LoopLM.Engine.Tests.Execution.RandomOperations;

/// <summary>
/// What a request brings by the rules of ARCHITECTURE.md: one position after the other, one loop after the other, without engine, scheduler
/// or ledger. What a loop sees of an earlier position follows from the layout and that position's exit step alone. With the engine it
/// shares the arithmetic of one row of logits: drawing, and log-probabilities.
/// </summary>
/// <param name="model">The model.</param>
/// <param name="breaksLogits">Whether the logits of a position turn out NaN.</param>
internal sealed class SerialOracle(ScriptedModel model, Predicate<int> breaksLogits)
{
    private readonly List<ulong[]> _contents = [];
    private readonly List<ulong> _preludes = [];
    private readonly List<ulong> _codas = [];
    private readonly List<int> _exitSteps = [];
    private readonly List<int> _output = [];
    private readonly List<GenerationEvent> _events = [];
    private readonly Sampler _sampler = new(model.Description.VocabularySize);
    private readonly float[] _logits = new float[model.Description.VocabularySize];
    private readonly float[] _scratch = new float[model.Description.VocabularySize];

    /// <summary>
    /// Whether it failed before its prompt was done. How many prompt tokens were scored before that depends on the chunks.
    /// </summary>
    public bool FailsInPrompt => _events[^1].Kind == GenerationEventKind.Failed && _output.Count == 0;

    private int Loops => model.Description.Loops;

    /// <summary>All events of a request that nobody ends early.</summary>
    /// <param name="request">The request, with every setting but the threshold filled in.</param>
    /// <param name="rule">What its constraint allows; null without one.</param>
    public List<GenerationEvent> Run(GenerationRequest request, TokenRule? rule)
    {
        try
        {
            RunPrompt(request, rule);
            while (_events.Count == 0 || _events[^1].Kind is GenerationEventKind.Token or GenerationEventKind.PromptToken)
            {
                RunGenerated(request, rule);
            }
        }
        catch (FailException failure)
        {
            _events.Add(GenerationEvent.Failed(failure.Message, failure.IsRequestsFault));
        }

        return _events;
    }

    private void RunPrompt(GenerationRequest request, TokenRule? rule)
    {
        var prompt = request.Prompt.Span;
        for (var position = 0; position < prompt.Length; position++)
        {
            var last = position == prompt.Length - 1;
            var row = new Row(position, prompt[position], last && request.Reports.LoopLogprobs > 0 ? [] : null);
            Begin(row);
            _exitSteps.Add(Loops);
            for (var loop = 1; loop <= Loops; loop++)
            {
                RunLoop(row, loop, from => loop);
                if (last && request.Reports.Gates)
                {
                    ReadGate(row);
                }

                if (row.LoopLogprobs is not null)
                {
                    ReadHead(row);
                    row.LoopLogprobs.Add(Scores().Top(request.Reports.LoopLogprobs));
                }
            }

            _codas[position] = Coda(row);
            if (!last)
            {
                Score(row, prompt[position + 1], request.Reports.PromptLogprobs);
            }
            else if (request.MaxTokens > 0)
            {
                Choose(row, request, rule);
                Yield(row, request, Loops);
            }
            else
            {
                if (request.Reports.Logprobs is not null)
                {
                    ReadHead(row);
                }

                _events.Add(GenerationEvent.Finished(FinishReason.Length));
            }
        }
    }

    private void RunGenerated(GenerationRequest request, TokenRule? rule)
    {
        var row = new Row(_contents.Count, _output[^1], request.Reports.LoopLogprobs > 0 ? [] : null);
        var (most, least) = (request.Exit.MaxLoops!.Value, request.Exit.MinLoops!.Value);
        var observed = request.Reports.SkippedLoopLogprobs ? Math.Max(Loops, most) : 0;
        Begin(row);
        var exitStep = 0;
        for (var loop = 1; exitStep == 0 || loop <= observed; loop++)
        {
            RunLoop(row, loop, from => request.KvLayout == KvLayout.Shared ? _exitSteps[from] : Math.Min(loop, _exitSteps[from]));
            if (exitStep == 0)
            {
                if (request.Reports.Gates || ReadsGate(request.Exit))
                {
                    ReadGate(row);
                }

                exitStep = loop == most || (loop >= least && Votes(request.Exit, row, loop)) ? loop : 0;
            }

            if (row.LoopLogprobs is not null)
            {
                ReadHead(row);
                row.LoopLogprobs.Add(Scores().Top(request.Reports.LoopLogprobs));
            }

            if (exitStep == loop)
            {
                Choose(row, request, rule);
            }
        }

        _codas[row.Position] = Coda(row);
        _exitSteps.Add(exitStep);
        Yield(row, request, exitStep);
    }

    private void Begin(Row row)
    {
        _contents.Add(new ulong[17]);
        _codas.Add(0);
        _preludes.Add(ScriptedModel.PositionKeyValue(row.State, row.Position, PositionLayers.Prelude));
        if (model.Description.HasPrelude)
        {
            row.State = _preludes.Aggregate(row.State, ScriptedModel.Attend);
        }
    }

    private static ulong Coda(Row row) => ScriptedModel.PositionKeyValue(row.State, row.Position, PositionLayers.Coda);

    /// <summary>
    /// One loop of one row, which sees of each earlier position the content of the loop that <paramref name="seen"/> names.
    /// </summary>
    private void RunLoop(Row row, int loop, Func<int, int> seen)
    {
        var own = ScriptedModel.KeyValue(row.State, row.Position, loop);
        for (var position = 0; position < row.Position; position++)
        {
            row.State = ScriptedModel.Attend(row.State, _contents[position][seen(position)]);
        }

        row.State = ScriptedModel.Attend(row.State, own);
        row.Loop = loop;
        _contents[row.Position][loop] = own;
    }

    private void ReadGate(Row row)
    {
        var logit = model.GateLogit(row.Position, row.Loop, row.State);
        if (float.IsNaN(logit))
        {
            throw new FailException($"The model computed NaN at position {row.Position}, loop {row.Loop}.");
        }

        var probability = 1f / (1f + MathF.Exp(-logit));
        row.Gates.Add(probability);
        row.Survival *= 1f - probability;
        row.GateSum += probability;
    }

    private void ReadHead(Row row)
    {
        var state = model.Description.HasCoda
            ? _codas.Take(row.Position).Append(Coda(row)).Aggregate(row.State, ScriptedModel.Attend)
            : row.State;
        model.Head(row.Position, state, _logits);
        if (breaksLogits(row.Position))
        {
            throw new FailException($"The model computed no finite logits at position {row.Position}, loop {row.Loop}.");
        }
    }

    private static bool ReadsGate(ExitSettings exit) => exit.Policy is "act" || (exit is { Policy: "q-exit", Threshold: < 1 });

    private bool Votes(ExitSettings exit, Row row, int loop) => exit.Policy switch
    {
        "q-exit" => exit.Threshold < 1 && 1f - row.Survival >= exit.Threshold,
        "act" => row.GateSum >= exit.Threshold,
        "hidden-delta" => model.StateChange(row.Position, loop) < exit.Threshold,
        "trace" => loop >= exit.Trace!.Value.Span[_output.Count],
        "fixed" => false,
        "throwing" => throw new FailException("The exit policy failed."),
        _ => throw new ArgumentOutOfRangeException(nameof(exit), exit.Policy, null),
    };

    private void Score(Row row, int next, int? top)
    {
        if (top is { } count)
        {
            ReadHead(row);
            _events.Add(GenerationEvent.ForPromptToken(next, Scores().Report(next, count)));
        }
    }

    private void Choose(Row row, GenerationRequest request, TokenRule? rule)
    {
        ReadHead(row);
        var scores = Scores();
        var changed = _logits.ToArray();
        if (rule is not null)
        {
            Keep(changed, [.. Enumerable.Range(0, changed.Length).Where(token => rule.Allows(_output, token))]);
        }

        Change(changed, request);
        row.Token = _sampler.TrySample(changed, request.Sampling, request.Sampling.Seed!.Value, row.Position + 1, out var token)
            ? token
            : throw new FailException($"The request's restrictions leave no token for position {row.Position + 1}.", isRequestsFault: true);
        row.Logprobs = request.Reports.Logprobs is { } top
            ? scores.Report(row.Token, top, [.. request.Reports.LogprobTokens.Distinct()])
            : null;
    }

    /// <summary>Allowed tokens, bad words, minimum, bias, penalties.</summary>
    private void Change(float[] logits, GenerationRequest request)
    {
        var sampling = request.Sampling;
        if (sampling.AllowedTokens is { } allowed)
        {
            Keep(logits, allowed);
        }

        IEnumerable<int> banned = sampling.BadWords.Where(word => _output.TakeLast(word.Length - 1).SequenceEqual(word[..^1]))
            .Select(word => word[^1]);
        foreach (var token in _output.Count < request.MinTokens ? banned.Concat(request.StopTokens) : banned)
        {
            logits[token] = float.NegativeInfinity;
        }

        foreach (var (token, bias) in sampling.LogitBias)
        {
            logits[token] += bias;
        }

        var repetition = sampling.RepetitionPenalty ?? 1;
        for (var token = 0; token < logits.Length; token++)
        {
            var count = _output.Count(each => each == token);
            if (count > 0 || request.Prompt.Span.Contains(token))
            {
                logits[token] = logits[token] > 0 ? logits[token] / repetition : logits[token] * repetition;
            }

            if (count > 0)
            {
                logits[token] -= ((sampling.FrequencyPenalty ?? 0) * count) + (sampling.PresencePenalty ?? 0);
            }
        }
    }

    private static void Keep(float[] logits, IReadOnlyCollection<int> tokens)
    {
        for (var token = 0; token < logits.Length; token++)
        {
            logits[token] = tokens.Contains(token) ? logits[token] : float.NegativeInfinity;
        }
    }

    private void Yield(Row row, GenerationRequest request, int exitStep)
    {
        _output.Add(row.Token);
        _events.Add(GenerationEvent.ForToken(row.Token, exitStep, row.Gates, row.Logprobs, row.LoopLogprobs));
        if (request.StopTokens.Contains(row.Token))
        {
            _events.Add(GenerationEvent.Finished(FinishReason.Stop));
        }
        else if (_output.Count == request.MaxTokens)
        {
            _events.Add(GenerationEvent.Finished(FinishReason.Length));
        }
    }

    private LogSoftmax Scores() => new(_logits, _scratch);

    private sealed class Row(int position, int token, List<TokenLogprob[]>? loopLogprobs)
    {
        public GateProbabilities Gates;

        public int Position { get; } = position;

        public List<TokenLogprob[]>? LoopLogprobs { get; } = loopLogprobs;

        public ulong State { get; set; } = ScriptedModel.Embed(token);

        public int Loop { get; set; }

        public float Survival { get; set; } = 1;

        public float GateSum { get; set; }

        public int Token { get; set; }

        public PositionLogprobs? Logprobs { get; set; }
    }

    private sealed class FailException(string message, bool isRequestsFault = false) : Exception(message)
    {
        public bool IsRequestsFault { get; } = isRequestsFault;
    }
}
