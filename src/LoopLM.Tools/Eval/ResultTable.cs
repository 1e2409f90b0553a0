using System.Globalization;
using Spectre.Console;

namespace LoopLM.Tools.Eval;

/// <summary>A table of results, to read or as CSV.</summary>
/// <param name="Name">Name of the file, without its ending.</param>
/// <param name="Title">What is above.</param>
/// <param name="Columns">Names of the columns.</param>
/// <param name="Rows">Texts, integers and real numbers.</param>
internal sealed record ResultTable(string Name, string Title, string[] Columns, IReadOnlyList<object[]> Rows)
{
    /// <summary>The table for a console.</summary>
    public Table ToConsole()
    {
        var table = new Table { Title = new TableTitle(Markup.Escape(Title)) };
        table.AddColumns([.. Columns.Select(Markup.Escape)]);
        foreach (var row in Rows)
        {
            table.AddRow([.. row.Select(value => Markup.Escape(Format(value, "0.####")))]);
        }

        return table;
    }

    /// <summary>The table as RFC 4180 has it.</summary>
    public string ToCsv() =>
        string.Concat(Rows.Prepend(Columns).Select(row => $"{string.Join(',', row.Select(value => Quote(Format(value, "G7"))))}\n"));

    private static string Format(object value, string real) =>
        value is double or float
            ? ((IFormattable)value).ToString(real, CultureInfo.InvariantCulture)
            : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static string Quote(string text) =>
        text.AsSpan().ContainsAny(',', '"', '\n') ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
