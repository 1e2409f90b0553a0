using LoopLM.Tools.Data.Tales;
using LoopLM.Tools.Data.Tales.Documents;
using LoopLM.Tools.Data.Tasks;

namespace LoopLM.Tools.Data.Sources;

/// <summary>
/// Tales in one form: so many to train on, so many to measure on. A tale's title decides which it is for: no tale of one hero and thing is
/// in both.
/// </summary>
/// <param name="kind">Name of the form.</param>
/// <param name="count">Documents to train on.</param>
/// <param name="heldOutCount">Documents to measure on.</param>
/// <param name="seed">Seed of the tales.</param>
/// <param name="mixture">How many questions there are, and which.</param>
/// <param name="document">Makes a document.</param>
internal sealed class TaleSource(string kind, int count, int heldOutCount, int seed, TaleMixture mixture, Func<TaleDocuments, Random,
    bool, Segment[]> document) : IDocumentSource
{
    /// <summary>Kind of the documents in which tales are asked about.</summary>
    public const string Questions = "tale-questions";

    /// <summary>Kind of the documents that ask for a tale.</summary>
    public const string Requests = "tale-requests";

    public string Kind => kind;

    /// <summary>Opens a source for each form that has a weight.</summary>
    /// <exception cref="FormatException">An option is malformed.</exception>
    public static IEnumerable<TaleSource> Open(SourceSpec spec, int seed)
    {
        var (count, heldOut, own, digits) = (spec.Integer("count", 0), spec.Integer("held-out", 500), spec.Integer("seed", 0),
            spec.Range("digits", (1, 3)));
        var mixture = TaleMixture.Parse(spec);
        if (digits.High < 2)
        {
            throw new FormatException("tale: digits must reach 2 at least; sums of single digits are facts, and none is held out.");
        }

        var sums = new SumTask(digits);
        (string Kind, double Weight, Func<TaleDocuments, Random, bool, Segment[]> Document)[] forms =
        [
            ("tale", mixture.Text, (_, random, split) => TaleDocuments.Text(TaleGenerator.Draw(random, split))),
            (Questions, mixture.Questions, (documents, random, split) => documents.Questions(TaleGenerator.Draw(random, split))),
            (Requests, mixture.Requests, (documents, random, split) => documents.Request(TaleGenerator.Draw(random, split))),
            ("tale-continuations", mixture.Continuations, (documents, random, split) =>
                documents.Continuation(TaleGenerator.Draw(random, split))),
            ("tale-sums", mixture.Sums, (documents, random, split) => documents.Sum(Draw(sums, random, split))),
            ("tale-repetitions", mixture.Repetitions, (documents, random, split) =>
                documents.Repetition(TaleGenerator.Draw(random, split))),
        ];
        return forms.Index().Where(form => form.Item.Weight > 0).Select(pair =>
        {
            var (number, form) = pair;
            int Share(int all) => (int)Math.Round(all * form.Weight / mixture.Weight);
            return new TaleSource(form.Kind, Share(count), Share(heldOut), unchecked(((seed + (own * 7919)) * 31) + number), mixture,
                form.Document);
        });
    }

    public IEnumerable<Segment[]> Documents(bool heldOut)
    {
        var random = new Random(heldOut ? ~seed : seed);
        var documents = new TaleDocuments(random, mixture);
        for (var i = 0; i < (heldOut ? heldOutCount : count); i++)
        {
            yield return document(documents, random, heldOut);
        }
    }

    /// <summary>Draws a sum of a split; facts are only trained on.</summary>
    private static Problem Draw(SumTask task, Random random, bool heldOut)
    {
        for (; ; )
        {
            if (task.Draw(random) is var problem && HeldOut.Contains(problem) == heldOut)
            {
                return problem;
            }
        }
    }
}
