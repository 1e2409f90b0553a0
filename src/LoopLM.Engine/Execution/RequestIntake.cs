using System.Diagnostics.CodeAnalysis;
using LoopLM.Engine.Configuration;
using LoopLM.Engine.Errors;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Scheduling;
using LoopLM.Engine.Telemetry;

namespace LoopLM.Engine.Execution;

/// <summary>Checks requests and reserves room in the queue for them. Safe from any thread.</summary>
internal sealed class RequestIntake(
    RequestValidator validator, EngineOptions options, Scheduler scheduler, SequenceFinisher finisher,
    RunnerFailures failures, QueueCapacity queue, MaskWorkers masks, EngineMetrics metrics)
{
    /// <summary>Reserves room in the queue for the requests of one client, for all or for none.</summary>
    public bool TryAccept(
        IReadOnlyList<GenerationRequest> requests,
        RequestClient client,
        [NotNullWhen(true)] out Submission? submission,
        [NotNullWhen(false)] out Rejection? rejection)
    {
        submission = null;
        if (!TryResolve(requests, client, out var group, out rejection) || !TryReserve(group, out rejection))
        {
            metrics.Rejected(rejection.Reason);
            return false;
        }

        if (group.Sequences.Any(sequence => sequence.Constraint is not null))
        {
            masks.Start();
        }

        foreach (var sequence in group.Sequences)
        {
            sequence.Generation.EndRequested = () => finisher.Request(sequence);
        }

        submission = new Submission(group, scheduler, finisher, queue);
        return true;
    }

    private bool TryResolve(
        IReadOnlyList<GenerationRequest> requests,
        RequestClient client,
        [NotNullWhen(true)] out SequenceGroup? group,
        [NotNullWhen(false)] out Rejection? rejection)
    {
        group = null;
        rejection = null;
        var sequences = new Sequence[requests.Count];
        for (var i = 0; i < sequences.Length; i++)
        {
            if (!validator.TryResolve(requests[i], client, out sequences[i]!, out rejection))
            {
                return false;
            }
        }

        group = new SequenceGroup(sequences);
        return true;
    }

    private bool TryReserve(SequenceGroup group, [NotNullWhen(false)] out Rejection? rejection)
    {
        rejection = failures.Latched is not null ? new Rejection(RejectionReason.Unhealthy, null, RunnerFailures.DeviceLost)
            : queue.TryReserve(group.Client, group.Sequences.Count, group.PromptTokens) ? null
            : QueueFull(group.Client);
        return rejection is null;
    }

    private Rejection QueueFull(RequestClient client)
    {
        metrics.QueueFull(client);
        return new(RejectionReason.QueueFull, null,
            $"{queue.Taken} requests with {queue.Tokens} prompt tokens are waiting, {queue.TakenBy(client)} of them from this client. "
            + $"The limits are {options.MaxQueuedRequests} requests and {options.MaxQueuedTokens} tokens. "
            + $"One client may have as many as it leaves free{(client.Weight == 1 ? "" : $", times {client.Weight}")}. Try again later.",
            queue.DrainTime());
    }
}
