using System.Globalization;
using LoopLM.Checkpoints.Files;

namespace LoopLM.Tools.Train;

/// <summary>
/// Rows of numbers in a CSV file, the step first. A run that goes on drops the rows after the step that it
/// goes on from, and one that a kill has cut short.
/// </summary>
internal sealed class CsvLog
{
    private readonly string _path;

    /// <summary>Opens a log.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">Names of the columns.</param>
    /// <param name="step">Rows of later steps are dropped; 0 starts the file anew.</param>
    public CsvLog(string path, IReadOnlyList<string> columns, long step)
    {
        _path = path;
        var kept = step > 0 && File.Exists(path)
            ? File.ReadAllLines(path).Skip(1).Where(row => row.Split(',').Length == columns.Count && Step(row) <= step)
            : [];
        AtomicFile.Write(path, string.Concat(kept.Prepend(string.Join(',', columns)).Select(row => row + "\n")));
    }

    /// <summary>Adds a row.</summary>
    public void Add(params ReadOnlySpan<object> values)
    {
        var row = string.Join(
            ',', values.ToArray().Select(
                value => value is double number
                    ? number.ToString("G6", CultureInfo.InvariantCulture)
                    : Convert.ToString(value, CultureInfo.InvariantCulture)));
        File.AppendAllText(_path, row + "\n");
    }

    /// <summary>All rows so far, without the header.</summary>
    public IEnumerable<string[]> Rows() => File.ReadLines(_path).Skip(1).Select(row => row.Split(','));

    private static long Step(string row) => long.Parse(row.Split(',')[0], CultureInfo.InvariantCulture);
}
