using System.Security.Cryptography;
using System.Text;
using LoopLM.Tools.Data;
using LoopLM.Tools.Data.Tales;

namespace LoopLM.Tools.Tests.Data.Tales;

public sealed class TaleGeneratorTests
{
    private static readonly Lazy<IReadOnlyList<Tale>> s_sample = new(() =>
    {
        var random = new Random(11);
        return [.. Enumerable.Range(0, 1500).Select(_ => TaleGenerator.Draw(random))];
    });

    [Fact]
    public void Draw_SameSeed_TellsTheSameTaleOnEveryMachine()
    {
        var texts = string.Concat(Enumerable.Range(1, 20).Select(seed => TaleGenerator.Draw(new Random(seed)).Text));

        Assert.Equal(Expected, Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(texts)))[..16]);
    }

    [Fact]
    public void Draw_AnySeed_KeepsTo80To250Words() =>
        Assert.All(s_sample.Value, tale =>
            Assert.InRange(tale.Text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Length, 80, 250));

    [Fact]
    public void Draw_Sample_UsesNoPatternForMoreThanTwoPercentOfSentences()
    {
        var patterns = s_sample.Value.SelectMany(tale => tale.Sentences).GroupBy(sentence => sentence.Pattern.Id)
            .Select(group => (group.Key, Count: group.Count())).ToList();
        double sentences = patterns.Sum(pattern => pattern.Count);

        Assert.All(patterns, pattern => Assert.True(pattern.Count <= 0.02 * sentences, $"{pattern.Key}: {pattern.Count / sentences:P2}"));
    }

    [Fact]
    public void Draw_Sample_SharesNoThirteenWordsBetweenMoreThanOneTaleInAThousand()
    {
        var (seen, sharing) = (new Dictionary<string, int>(), new HashSet<int>());
        foreach (var (number, tale) in s_sample.Value.Index())
        {
            var words = tale.Text.ToLowerInvariant()
                .Split([' ', '\n', '.', ',', '!', '?', '"', ':'], StringSplitOptions.RemoveEmptyEntries);
            for (var i = 0; i + 13 <= words.Length; i++)
            {
                var run = string.Join(' ', words[i..(i + 13)]);
                if (!seen.TryAdd(run, number) && seen[run] != number)
                {
                    sharing.Add(number);
                }
            }
        }

        Assert.InRange(sharing.Count, 0, 1);
    }

    [Fact]
    public void Draw_HeldOut_HasATitleThatIsNeverTrainedOn()
    {
        var (heldOut, trained) = (new Random(1), new Random(2));

        Assert.All(Enumerable.Range(0, 30), _ => Assert.True(HeldOut.Contains(TaleGenerator.Draw(heldOut, heldOut: true).Title)));
        Assert.All(Enumerable.Range(0, 200), _ => Assert.False(HeldOut.Contains(TaleGenerator.Draw(trained, heldOut: false).Title)));
    }

    private const string Expected = "A65D3203BAA15BF6";
}
