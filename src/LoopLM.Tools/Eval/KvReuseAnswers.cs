using LoopLM.Torch.Ouro;
using static TorchSharp.torch;

namespace LoopLM.Tools.Eval;

/// <summary>Answers questions greedily at full depth with one set of keys and values for all loops.</summary>
internal static class KvReuseAnswers
{
    /// <summary>Answers all questions.</summary>
    /// <param name="questions">At least one.</param>
    /// <param name="model">The model, with its own loops.</param>
    /// <param name="reuse">Which set is kept.</param>
    public static KvStrategyScore Run(IReadOnlyList<AnsweredQuestion> questions, OuroModel model, KvReuse reuse)
    {
        using var _ = no_grad();
        var exact = questions.Count(question => Answer(model, question, reuse).SequenceEqual(question.Answer));
        var name = reuse switch
        {
            KvReuse.FirstLoop => "first loop",
            KvReuse.Averaged => "averaged",
            _ => "last loop",
        };
        return new(name, 1, questions.Count, (double)exact / questions.Count,
            questions.Any(question => question.Answer.Length > 1) ? model.Config.Loops : 0);
    }

    private static List<int> Answer(OuroModel model, AnsweredQuestion question, KvReuse reuse)
    {
        using var scope = NewDisposeScope();
        var attention = new KvReuseAttention(reuse, model.Config.Layers, model.Config.Loops);
        var (tokens, start) = (new List<int>(), 0);
        for (var input = question.Prompt; tokens.Count < question.Answer.Length; input = [tokens[^1]])
        {
            var rotary = model.Rotary.At(LiveScalars.Range(start, start + input.Length, model.Placement.Device));
            var hidden = model.Backbone.Embed(tensor(input, dtype: ScalarType.Int64, device: model.Placement.Device).unsqueeze(0));
            for (var loop = 0; loop < model.Config.Loops; loop++)
            {
                hidden = model.Backbone.RunLoop(hidden, rotary, attention);
            }

            attention.EndPass();
            start += input.Length;
            tokens.Add((int)model.Head(hidden.select(1, -1)).argmax(-1).item<long>());
        }

        return tokens;
    }
}
