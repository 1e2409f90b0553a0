using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace LoopLM.Architecture.Tests;

/// <summary>
/// Code fits beside other code on a screen. A longer line may be part of a raw string literal, because a cut would change the text;
/// and in tests it may be any string literal, which is easier to compare uncut.
/// </summary>
public sealed partial class LineLengthTests
{
    private const int MaxColumns = 140;

    [Fact]
    public void Sources_EveryLine_HasAtMost140Columns()
    {
        var tooLong =
            from path in SourceFiles.Under("src", "tests", "bench", "samples")
            from line in TooLong(SourceFiles.Read(path), mayBeAnyLiteral: path.StartsWith("tests/", StringComparison.Ordinal))
            select $"{path}:{line + 1}";

        Assert.Empty(tooLong);
    }

    [Theory]
    [InlineData("var text = \"\";", true)]
    [InlineData("F(\n\"\");", false)]
    [InlineData("F(a,\n    \"\", b);", true)]
    [InlineData("var text = \"\"\"\n    \n    \"\"\";", false)]
    [InlineData("// ", true)]
    public void TooLong_LineOf141Columns_IsFoundUnlessItIsALiteral(string code, bool isFound)
    {
        var at = code.IndexOf("    \n", StringComparison.Ordinal) is >= 0 and var raw ? raw + 4
            : code.IndexOf('"', StringComparison.Ordinal) is >= 0 and var quote ? quote + 1 : code.Length;

        Assert.Equal(isFound, TooLong(code.Insert(at, new string('x', MaxColumns)), mayBeAnyLiteral: true).Count == 1);
    }

    [Theory]
    [InlineData("F(\n\"{0}\");", true)]
    [InlineData("F(\n\"\"\"{0}\"\"\");", false)]
    [InlineData("F($\"\"\"\n    {0}\n    \"\"\");", false)]
    public void TooLong_LiteralOutsideOfTests_MayBeLongWhereItIsRaw(string code, bool isFound) =>
        Assert.Equal(
            isFound,
            TooLong(code.Replace("{0}", new string('x', MaxColumns), StringComparison.Ordinal), mayBeAnyLiteral: false).Count == 1);

    private static List<int> TooLong(string code, bool mayBeAnyLiteral)
    {
        var text = SourceText.From(code);
        var lines = text.Lines.Where(line => line.End - line.Start > MaxColumns).ToList();
        if (lines.Count == 0)
        {
            return [];
        }

        var literals = SourceFiles.Parse(code).DescendantNodes(node => !IsText(node)).Where(IsText).ToList();
        return [.. lines.Where(line => !literals.Any(literal => IsLine(literal, line))).Select(line => line.LineNumber)];

        bool IsText(SyntaxNode node) => node switch
        {
            LiteralExpressionSyntax literal => literal.IsKind(SyntaxKind.StringLiteralExpression)
                && (mayBeAnyLiteral || literal.Token.Text.StartsWith("\"\"\"", StringComparison.Ordinal)),
            InterpolatedStringExpressionSyntax interpolated =>
                mayBeAnyLiteral || interpolated.StringStartToken.Text.Contains("\"\"\"", StringComparison.Ordinal),
            _ => false,
        };

        bool IsLine(SyntaxNode literal, TextLine line) =>
            literal.Span.OverlapsWith(line.Span)
            && Punctuation().IsMatch(text.ToString(TextSpan.FromBounds(line.Start, Math.Max(line.Start, literal.SpanStart))))
            && Punctuation().IsMatch(text.ToString(TextSpan.FromBounds(Math.Min(line.End, literal.Span.End), line.End)));
    }

    [GeneratedRegex(@"^[\s+(){}\[\],;.\d]*$")]
    private static partial Regex Punctuation();
}
