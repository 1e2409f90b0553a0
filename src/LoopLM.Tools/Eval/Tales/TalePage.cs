using System.Globalization;
using System.Text;

namespace LoopLM.Tools.Eval.Tales;

/// <summary>A page of tales to read, as Markdown.</summary>
internal static class TalePage
{
    /// <summary>The tales as the model wrote them, each line above its exit steps.</summary>
    /// <param name="report">An evaluation with tales.</param>
    public static string Of(EvalReport report)
    {
        var page = new StringBuilder();
        page.Append(CultureInfo.InvariantCulture, $"# The first {report.ShownTales.Length} tales of {report.Model}, unedited\n\n");
        page.Append(CultureInfo.InvariantCulture,
            $"Seed {report.Seed}, temperature {report.Tales[0].Temperature:0.##}, threshold {report.TokenKindsThreshold:0.###}. ");
        page.Append("The digit under a token's first letter is the loop that the token left at.\n");
        page.Append("The first token of a tale comes from the prompt pass, at full depth.\n");
        foreach (var tale in report.ShownTales)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n## {tale.Request}\n\n");
            foreach (var (text, steps) in tale.Lines())
            {
                page.Append(CultureInfo.InvariantCulture, $"    {text}\n    {steps}\n");
            }
        }

        return page.ToString();
    }
}
