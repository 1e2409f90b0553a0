using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LoopLM.Architecture.Tests;

/// <summary>
/// Every string of three words or more in <c>src</c>, by file: messages of errors, help of commands, descriptions of metrics.
/// Not raw literals, which hold data, nor attributes, which hold what is logged. Holes are written as their expressions.
/// </summary>
internal static partial class MessageList
{
    private const int LongestHole = 40;

    public static string Write()
    {
        var page = new StringBuilder(
            "# Messages\n\nAll that the server, the engine and the tools can say, by the file that says it. What is in braces is filled in.\n"
            + "`LOOPLM_WRITE_MESSAGES=1 dotnet test tests/LoopLM.Architecture.Tests --filter MessageListTests` writes this page anew.\n");
        foreach (var path in SourceFiles.Under("src"))
        {
            var messages = In(SourceFiles.Read(path)).Distinct().ToList();
            if (messages.Count > 0)
            {
                page.Append("\n## ").Append(path["src/".Length..]).Append("\n\n");
                page.AppendJoin('\n', messages.Select(message => $"    {message}")).Append('\n');
            }
        }

        return page.ToString();
    }

    public static IEnumerable<string> In(string code) =>
        SourceFiles.Parse(code).DescendantNodes(node => node is not AttributeListSyntax).OfType<ExpressionSyntax>()
            .Where(node => IsText(node) && !(node.Parent is BinaryExpressionSyntax sum && IsText(sum)) && !IsRaw(node))
            .Select(Show).Where(text => Prose().IsMatch(text));

    private static bool IsText(ExpressionSyntax node) => node switch
    {
        LiteralExpressionSyntax literal => literal.IsKind(SyntaxKind.StringLiteralExpression),
        InterpolatedStringExpressionSyntax => true,
        BinaryExpressionSyntax sum => sum.IsKind(SyntaxKind.AddExpression) && (IsText(sum.Left) || IsText(sum.Right)),
        _ => false,
    };

    private static bool IsRaw(ExpressionSyntax node) => node.GetFirstToken().Text.Contains("\"\"\"", StringComparison.Ordinal);

    private static string Show(ExpressionSyntax node) => node switch
    {
        LiteralExpressionSyntax literal when IsText(node) => OneLine(literal.Token.ValueText),
        InterpolatedStringExpressionSyntax text => string.Concat(text.Contents.Select(content => content switch
        {
            InterpolatedStringTextSyntax written => OneLine(written.TextToken.ValueText),
            InterpolationSyntax hole => Show(hole.Expression),
            _ => "",
        })),
        BinaryExpressionSyntax sum when IsText(sum) => Show(sum.Left) + Show(sum.Right),
        _ => node.ToString() is { Length: <= LongestHole } hole && !hole.Contains('\n') ? $"{{{hole}}}" : "{...}",
    };

    private static string OneLine(string text) =>
        text.Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal);

    [GeneratedRegex(@"\p{L}\S* \S+ \S*\p{L}")]
    private static partial Regex Prose();
}
