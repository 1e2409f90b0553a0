using System.Text;
using System.Text.RegularExpressions;
using LoopLM.Fuzz.Fuzzing;
using LoopLM.StructuredOutput;
using LoopLM.StructuredOutput.Automata;
using LoopLM.StructuredOutput.Tests;

namespace LoopLM.Fuzz.Targets.Text;

/// <summary>Regular expressions that hold a text. Each is refused with a reason or compiled, in bounded work, and matches what its grammar admits by .NET's own engine.</summary>
internal sealed class PatternTarget : FuzzTarget
{
    private const int TextsPerPattern = 3;
    private static readonly TimeSpan s_matchTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly ConstraintLimits s_limits = new() { MaxPatternStates = 512, MaxInstructions = 1 << 14 };

    /// <summary>What .NET reads in another way: classes by Unicode, braces that count nothing, look-behind, names, options, and its own escapes.</summary>
    private static readonly string[] s_unlike = ["\\", "(?", "[^", "-[", "$", "^", "{", "}", "#", "]]", "[]"];

    /// <inheritdoc/>
    public override string Name => "pattern";

    /// <inheritdoc/>
    public override int MaxInputBytes => 600;

    /// <inheritdoc/>
    public override long MaxAllocatedBytes => 256 << 20;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Dictionary { get; } =
    [
        "[a-z]", "[^a]", "[\\]-]", "\\d", "\\w+", "\\s", "\\S", "\\b", "\\B", "\\p{L}", "\\P{Nd}", "\\p{Script=Greek}", "\\x41", "\\u0041", "\\u{1F600}", "\\cA", "\\/", "(a|b)", "(?:", "(?=", "(?!", "(?<n>", "\\1", "\\k<n>", "*", "+", "?", "*?", "{2}", "{1,}", "{0,9}", "{65536}", "{999999999999}", "^", "$", ".", "|", "[\\s\\S]",
        "(.*)*", "(a?){99}", "\u00e9", "\U0001F600",
    ];

    /// <inheritdoc/>
    public override bool Check(byte[] input)
    {
        var pattern = Encoding.UTF8.GetString(input);
        var grammar = GrammarCompiler.TryCompile(new TextForm.Pattern(pattern), null, ByteSet.All, s_limits, CancellationToken.None, out var problem);
        if (grammar is null)
        {
            FuzzException.Require(problem!.ToString() is { Length: > 0 and < 4096 }, "messages are of bounded length", $"{problem.ToString().Length} chars");
            return false;
        }

        var random = new Random(input.Length);
        for (var i = 0; i < TextsPerPattern && GrammarSample.Write(grammar, random) is { } text; i++)
        {
            FuzzException.Require(System.Text.Unicode.Utf8.IsValid(text), "what a grammar admits is UTF-8", Convert.ToHexString(text));
            var sample = Encoding.UTF8.GetString(text);
            if (!s_unlike.Any(word => pattern.Contains(word, StringComparison.Ordinal)) && !pattern.Concat(sample).Any(char.IsSurrogate))
            {
                FuzzException.Require(Matches(sample, pattern), "the pattern matches what its grammar admits", $"'{sample}' does not match {pattern}");
            }
        }

        return true;
    }

    private static bool Matches(string text, string pattern)
    {
        try
        {
            return Regex.IsMatch(text, $"^(?:{pattern})\\z", RegexOptions.None, s_matchTimeout);
        }
        catch (Exception exception) when (exception is ArgumentException or RegexMatchTimeoutException)
        {
            return true;
        }
    }
}
