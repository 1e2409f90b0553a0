using Grpc.Core;
using LoopLM.Protocol.V1;
using LoopLM.Server.Generations;

namespace LoopLM.Server.Grpc;

/// <summary>The gRPC service of <c>protos/looplm/v1/inference.proto</c>.</summary>
internal sealed class InferenceService(TextGenerator generator) : Inference.InferenceBase
{
    public override async Task Generate(
        GenerateRequest request, IServerStreamWriter<GenerateResponse> responseStream, ServerCallContext context)
    {
        if (!generator.TryStart(request.ToTextRequest(), context.CancellationToken, out var choices, out var error))
        {
            throw GrpcErrors.From(error);
        }

        using (choices)
        {
            TextEvent next;
            do
            {
                (_, next) = await choices.ReadAsync(context.CancellationToken);
                await responseStream.WriteAsync(ToResponse(next, choices), context.CancellationToken);
            }
            while (!next.IsEnd);
        }
    }

    private static GenerateResponse ToResponse(in TextEvent part, TextChoices choices)
    {
        if (part.Error is { } error)
        {
            throw GrpcErrors.From(error);
        }

        return part.IsEnd ? new GenerateResponse { Finish = ToFinish(part, choices) } : new GenerateResponse { Token = ToToken(part) };
    }

    private static Token ToToken(in TextEvent part)
    {
        var token = new Token { Text = part.Text, Id = part.Token, ExitStep = part.ExitStep };
        for (var loop = 0; loop < part.Gates.Count; loop++)
        {
            token.GateProbabilities.Add(part.Gates[loop]);
        }

        if (part.Logprobs is { } logprobs)
        {
            token.Logprob = logprobs.Logprob;
            token.TopLogprobs.Add(logprobs.Top.Select(ToLogprob));
        }

        token.LoopLogprobs.Add((part.LoopLogprobs ?? []).Select(top => new LoopLogprobs { Top = { top.Select(ToLogprob) } }));
        return token;
    }

    private static TokenLogprob ToLogprob(Engine.Sampling.TokenLogprob each) => new() { Id = each.Token, Logprob = each.Logprob };

    private static Finish ToFinish(in TextEvent part, TextChoices choices)
    {
        var finish = new Finish
        {
            Reason = part.FinishReason == TextFinishReason.Stop ? FinishReason.Stop : FinishReason.Length,
            Text = part.Text,
            PromptTokens = choices.PromptTokens,
            CompletionTokens = choices.CompletionTokens,
            MeanExitStep = choices.MeanExitStep,
        };
        if (part.Stop is { } stop)
        {
            finish.Stop = stop;
        }

        if (part.StopToken is { } token)
        {
            finish.StopTokenId = token;
        }

        return finish;
    }
}
