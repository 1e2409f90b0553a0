using LoopLM.Engine.Exits;
using LoopLM.Engine.Requests;
using LoopLM.Engine.Runners;
using LoopLM.Engine.Sampling;
using LoopLM.Text.Tokenization;
using LoopLM.Tools.Data;
using LoopLM.Tools.Data.Tales;
using LoopLM.Tools.Data.Tales.Documents;

namespace LoopLM.Tools.Eval.Tales;

/// <summary>What a model wrote when it was asked for a tale.</summary>
/// <param name="Request">What it was asked.</param>
/// <param name="Prompt">That in tokens, as a chat.</param>
/// <param name="Tokens">What it wrote, with the token that ended it.</param>
/// <param name="ExitSteps">The loop that each token left at.</param>
/// <param name="Text">What it wrote as text.</param>
/// <param name="Ended">Whether it ended by itself.</param>
internal sealed record GeneratedTale(string Request, int[] Prompt, int[] Tokens, int[] ExitSteps, string Text, bool Ended)
{
    /// <summary>Most tokens of a tale: none in the data is as long.</summary>
    private const int MostTokens = 480;

    /// <summary>Requests for tales that are held out.</summary>
    public static IReadOnlyList<string> Requests(int count, int seed)
    {
        var random = new Random(~seed);
        var documents = new TaleDocuments(random, new TaleMixture());
        return [.. Enumerable.Range(0, count).Select(_ => documents.RequestFor(TaleGenerator.Draw(random, heldOut: true)))];
    }

    /// <summary>Lets a model tell tales.</summary>
    /// <param name="requests">What it is asked.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="open">Opens a runner.</param>
    /// <param name="loops">Its loops.</param>
    /// <param name="context">Most tokens that it can see.</param>
    /// <param name="temperature">Temperature; 0 is greedy.</param>
    /// <param name="threshold">Threshold of q-exit; 1 runs all loops.</param>
    /// <param name="seed">Seed of the sampling.</param>
    public static IReadOnlyList<GeneratedTale> Tell(
        IReadOnlyList<string> requests, ByteLevelBpeTokenizer tokenizer, Func<RunnerCapacity, IModelRunner> open, int loops,
            int context, float temperature, float threshold, int seed)
    {
        var end = tokenizer.EncodeWithSpecialTokens(SpecialTokens.MessageEnd)[0];
        var prompts = requests.Select(request => TokenisedDocument.Of(tokenizer, [Documents.Chat((request, ""))[0]], 0).Tokens).ToList();
        var generations = EngineRun.All([.. prompts.Select((prompt, number) => new GenerationRequest
        {
            Prompt = prompt,
            MaxTokens = Math.Min(MostTokens, context - prompt.Length),
            StopTokens = [end],
            Sampling = new SamplingSettings { Temperature = temperature, Seed = unchecked(((long)seed * 1_000_003) + number) },
            Exit = new ExitSettings { Policy = "q-exit", Threshold = threshold },
        })], open, loops);
        return [.. generations.Select((tokens, number) => new GeneratedTale(
            requests[number], prompts[number], [.. tokens.Select(token => token.Token)], [.. tokens.Select(token => token.ExitStep)],
            tokenizer.Decode(tokens.Select(token => token.Token), skipSpecialTokens: true).Trim(), tokens.Count > 0
                && tokens[^1].Token == end))];
    }
}
