namespace LoopLM.Server.Configuration;

/// <summary>Finds names that are near others.</summary>
internal static class SettingNames
{
    /// <summary>What is beside the nearest of some names, of equal ones the first; null where none is near enough.</summary>
    public static string? FindNearest(string name, IEnumerable<(string Name, string Full)> known) => known
        .Select(each => (each.Full, each.Name.Length, Distance: DistanceOf(name, each.Name)))
        .Where(each => each.Distance <= Math.Max(1, Math.Min(name.Length, each.Length) / 3))
        .OrderBy(each => each.Distance)
        .FirstOrDefault().Full;

    /// <summary>How many letters and digits differ, whatever their case.</summary>
    public static int DistanceOf(string name, string other) => Distance(Plain(name), Plain(other));

    private static string Plain(string name) => new([.. name.Where(char.IsLetterOrDigit).Select(char.ToUpperInvariant)]);

    /// <summary>Levenshtein's distance, where two neighbours that changed places count once (optimal string alignment).</summary>
    private static int Distance(string from, string to)
    {
        var rows = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++)
        {
            for (var j = 0; j <= to.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    rows[i, j] = i + j;
                    continue;
                }

                var change = from[i - 1] == to[j - 1] ? 0 : 1;
                rows[i, j] = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[from.Length, to.Length];
    }
}
