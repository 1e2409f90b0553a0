using FsCheck;
using FsCheck.Fluent;
using LoopLM.Text.Stopping;

namespace LoopLM.Text.Tests.Stopping;

public sealed class StopMatcherTests
{
    private static readonly Gen<string> s_text = Gen.Elements('a', 'b', 'c').ArrayOf().Select(chars => new string(chars));

    private static readonly Arbitrary<(string[] Stops, string[] Parts)> s_cases = (
        from count in Gen.Choose(0, 4)
        from stops in s_text.Where(stop => stop.Length is > 0 and < 6).ArrayOf(count)
        from parts in s_text.ArrayOf()
        select (stops, parts)).ToArbitrary();

    [Fact]
    public void Append_AnyStopsAndParts_ReleasesWhatANaiveSearchReleases() => Prop.ForAll(s_cases, test =>
    {
        var matcher = new StopMatcher(new StopStrings(test.Stops));
        var (text, released) = ("", "");
        foreach (var part in test.Parts)
        {
            text += part;
            released += matcher.Append(part);
            var (expected, match) = Search(text, test.Stops);
            Assert.Equal((match is null ? expected[..^Withheld(text, test.Stops)] : expected, match), (released, matcher.Match));
        }

        Assert.Equal(Search(text, test.Stops).Before, released + matcher.Flush());
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Append_TwoStopsCompleteAtTheSameChar_TheLongestWins()
    {
        var matcher = new StopMatcher(new StopStrings("bc", "abc", "c"));
        Assert.Equal(("x", "abc"), (matcher.Append("xabcy"), matcher.Match));
    }

    [Fact]
    public void Append_ShorterStopCompletesInsideALonger_StopsThere()
    {
        var matcher = new StopMatcher(new StopStrings("abcd", "bc"));
        Assert.Equal(("a", "bc"), (matcher.Append("abcd"), matcher.Match));
    }

    [Fact]
    public void Append_AfterAMatch_GivesNothing()
    {
        var matcher = new StopMatcher(new StopStrings("b"));
        Assert.Equal("a", matcher.Append("ab"));
        Assert.Equal(("", ""), (matcher.Append("more"), matcher.Flush()));
    }

    [Fact]
    public void Append_NoStops_ReleasesEverything() => Assert.Equal("text", new StopMatcher(new StopStrings()).Append("text"));

    [Fact]
    public void StopStrings_EmptyString_Throws() => Assert.Throws<ArgumentException>(() => new StopStrings("a", ""));

    [Fact]
    public void Append_OneSetInTwoMatchers_KeepsThemApart()
    {
        var stops = new StopStrings("ab");
        var (first, second) = (new StopMatcher(stops), new StopMatcher(stops));
        first.Append("a");
        Assert.Equal("b", second.Append("b"));
        Assert.Null(second.Match);
    }

    // The stop string that is complete first, the longest of those.
    private static (string Before, string? Match) Search(string text, string[] stops)
    {
        for (var end = 1; end <= text.Length; end++)
        {
            if (stops.Where(stop => text[..end].EndsWith(stop, StringComparison.Ordinal)).MaxBy(stop => stop.Length) is { } match)
            {
                return (text[..(end - match.Length)], match);
            }
        }

        return (text, null);
    }

    private static int Withheld(string text, string[] stops) => Enumerable.Range(0, text.Length + 1)
        .Where(length => stops.Any(stop => stop.StartsWith(text[^length..], StringComparison.Ordinal))).DefaultIfEmpty(0).Max();
}
