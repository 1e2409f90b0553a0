using Grpc.Core;
using LoopLM.Protocol.V1;
using LoopLM.Server.Configuration;
using LoopLM.Server.TextGeneration;
using LoopLM.Server.Transport;
using Microsoft.Extensions.Options;

namespace LoopLM.Server.Grpc;

/// <summary>The gRPC service of <c>protos/looplm/v1/inference.proto</c>.</summary>
[BindServiceMethod(typeof(InferenceBinding), nameof(InferenceBinding.BindService))]
internal sealed class InferenceService(TextService texts, IOptions<LimitOptions> limits) : SingleMessageInference(limits)
{
    public override async Task Generate(
        GenerateRequest request, IServerStreamWriter<GenerateResponse> responseStream, ServerCallContext context)
    {
        var caller = context.GetHttpContext().Caller();
        if (!GenerateRequests.Read(request).TryGet(out var text, out var error)
            || !(await texts.StartAsync(text, caller, context.CancellationToken)).TryGet(out var choices, out error))
        {
            throw GrpcErrors.From(error);
        }

        using (choices)
        {
            // A message is on its way, or refused, when its write returns: one serves all tokens.
            var response = new GenerateResponse();
            var token = new Token();
            ResponseFlow? flow = null;
            TextEvent next;
            do
            {
                while (!choices.TryRead(out _, out next))
                {
                    await choices.WaitAsync(context.CancellationToken);
                }

                context.CancellationToken.ThrowIfCancellationRequested();
                Fill(response, token, next, choices);
                var write = responseStream.WriteAsync(response);
                if (!write.IsCompletedSuccessfully
                    && !await (flow ??= Follow(context)).FollowAsync(write, response.CalculateSize(), () => choices.UnreadBytes))
                {
                    throw GrpcErrors.From(TransferLimits.AnswerRefused);
                }
            }
            while (!next.IsEnd);
        }
    }

    private static ResponseFlow Follow(ServerCallContext call)
    {
        var context = call.GetHttpContext();
        var flow = new ResponseFlow(context);
        context.Response.RegisterForDispose(flow);
        return flow;
    }

    private static void Fill(GenerateResponse response, Token token, in TextEvent part, TextChoices choices)
    {
        if (part.Error is { } error)
        {
            throw GrpcErrors.From(error);
        }

        if (part.IsEnd)
        {
            response.Finish = ToFinish(part, choices);
        }
        else
        {
            Fill(token, part);
            response.Token = token;
        }
    }

    private static void Fill(Token token, in TextEvent part)
    {
        token.Text = part.Text;
        token.Id = part.Token;
        token.ExitStep = part.ExitStep;
        token.Drafted = part.IsDrafted;
        token.GateProbabilities.Clear();
        for (var loop = 0; loop < part.Gates.Count; loop++)
        {
            token.GateProbabilities.Add(part.Gates[loop]);
        }

        if (part.Logprobs is { } logprobs)
        {
            token.Logprob = logprobs.Logprob;
            token.TopLogprobs.Clear();
            token.TopLogprobs.Add(logprobs.Top.Concat(logprobs.Named).Select(ToLogprob));
        }

        if (part.LoopLogprobs is { } loops)
        {
            token.LoopLogprobs.Clear();
            token.LoopLogprobs.Add(loops.Select(top => new LoopLogprobs { Top = { top.Select(ToLogprob) } }));
        }
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
            CachedPromptTokens = choices.CachedPromptTokens,
            AsGeneratedPromptTokens = choices.AsGeneratedPromptTokens,
            DraftTokens = choices.DraftTokens,
            AcceptedDraftTokens = choices.AcceptedDraftTokens,
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
