using System.Globalization;
using System.Text;

namespace LoopLM.Jinja.Execution.Texts;

/// <summary>Formats a time by the directives of strftime, in English.</summary>
internal static class TimeFormat
{
    public static string Format(DateTimeOffset time, string format, Budget budget)
    {
        budget.Create(format.Length);
        var text = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                text.Append(format[i]);
                continue;
            }

            budget.Create(32);
            var unpadded = format[++i] == '-' && i + 1 < format.Length;
            i += unpadded ? 1 : 0;
            var part = Directive(time, format[i]);
            text.Append(unpadded && part.Length > 1 && char.IsAsciiDigit(part[^1]) ? part.TrimStart('0', ' ') is "" ? "0" : part.TrimStart('0', ' ') : part);
        }

        return text.ToString();
    }

    private static string Directive(DateTimeOffset time, char directive) => directive switch
    {
        'Y' => Plain(time, "yyyy"),
        'C' => (time.Year / 100).ToString("00", CultureInfo.InvariantCulture),
        'y' => Plain(time, "yy"),
        'G' => ISOWeek.GetYear(time.DateTime).ToString("0000", CultureInfo.InvariantCulture),
        'g' => (ISOWeek.GetYear(time.DateTime) % 100).ToString("00", CultureInfo.InvariantCulture),
        'm' => Plain(time, "MM"),
        'B' => Plain(time, "MMMM"),
        'b' or 'h' => Plain(time, "MMM"),
        'd' => Plain(time, "dd"),
        'e' => $"{time.Day,2}",
        'A' => Plain(time, "dddd"),
        'a' => Plain(time, "ddd"),
        'u' => ((((int)time.DayOfWeek + 6) % 7) + 1).ToString(CultureInfo.InvariantCulture),
        'w' => ((int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'V' => ISOWeek.GetWeekOfYear(time.DateTime).ToString("00", CultureInfo.InvariantCulture),
        'U' => ((time.DayOfYear + 6 - (int)time.DayOfWeek) / 7).ToString("00", CultureInfo.InvariantCulture),
        'W' => ((time.DayOfYear + 6 - (((int)time.DayOfWeek + 6) % 7)) / 7).ToString("00", CultureInfo.InvariantCulture),
        'H' => Plain(time, "HH"),
        'k' => $"{time.Hour,2}",
        'I' => Plain(time, "hh"),
        'l' => $"{((time.Hour + 11) % 12) + 1,2}",
        'M' => Plain(time, "mm"),
        'S' => Plain(time, "ss"),
        'f' => Plain(time, "ffffff"),
        's' => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        'p' => Plain(time, "tt"),
        'P' => Plain(time, "tt").ToLowerInvariant(),
        'j' => time.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
        'c' => $"{Plain(time, "ddd MMM")} {time.Day,2} {Plain(time, "HH:mm:ss yyyy")}",
        'x' or 'D' => Plain(time, "MM/dd/yy"),
        'X' or 'T' => Plain(time, "HH:mm:ss"),
        'r' => Plain(time, "hh:mm:ss tt"),
        'R' => Plain(time, "HH:mm"),
        'F' => Plain(time, "yyyy-MM-dd"),
        'z' => Plain(time, "zzz").Replace(":", "", StringComparison.Ordinal),
        'Z' => "UTC",
        'n' => "\n",
        't' => "\t",
        '%' => "%",
        _ => throw new JinjaFault($"strftime_now does not know %{directive}."),
    };

    private static string Plain(DateTimeOffset time, string format) => time.ToString(format, CultureInfo.InvariantCulture);
}
