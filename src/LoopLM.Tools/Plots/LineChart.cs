using System.Globalization;
using System.Security;
using System.Text;

namespace LoopLM.Tools.Plots;

/// <summary>A chart of lines as SVG.</summary>
internal sealed record LineChart
{
    private const double Width = 720, Height = 420, Left = 70, Right = 160, Top = 40, Bottom = 50;
    private const int Ticks = 5;
    private static readonly string[] s_colours = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999999"];

    /// <summary>What is above.</summary>
    public required string Title { get; init; }

    /// <summary>What x means.</summary>
    public required string XTitle { get; init; }

    /// <summary>What y means.</summary>
    public required string YTitle { get; init; }

    /// <summary>The lines; points that are not finite are left out.</summary>
    public required IReadOnlyList<(string Name, IReadOnlyList<(double X, double Y)> Points)> Lines { get; init; }

    /// <summary>The chart.</summary>
    public string ToSvg()
    {
        var points = Lines.SelectMany(line => Finite(line.Points)).DefaultIfEmpty((X: 0, Y: 0)).ToList();
        var (x, y) = (Span(points.Select(point => point.X)), Span(points.Select(point => point.Y)));
        double PixelX(double value) => Left + ((value - x.Low) / (x.High - x.Low) * (Width - Left - Right));
        double PixelY(double value) => Height - Bottom - ((value - y.Low) / (y.High - y.Low) * (Height - Top - Bottom));
        var svg = new StringBuilder();
        Line(
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{Height}\" viewBox=\"0 0 {Width} {Height}\" "
                + "font-family=\"sans-serif\" font-size=\"12\">");
        Line($"<rect width=\"{Width}\" height=\"{Height}\" fill=\"white\"/>");
        Text(Width / 2, 22, "middle", Title, "font-size=\"15\"");
        Text((Left + Width - Right) / 2, Height - 12, "middle", XTitle);
        Text(0, 0, "middle", YTitle, $"transform=\"translate(16 {Number(Height / 2)}) rotate(-90)\"");
        for (var tick = 0; tick <= Ticks; tick++)
        {
            var (valueX, valueY) = (x.Low + ((x.High - x.Low) * tick / Ticks), y.Low + ((y.High - y.Low) * tick / Ticks));
            Line(
                $"<line x1=\"{Number(Left)}\" x2=\"{Number(Width - Right)}\" y1=\"{Number(PixelY(valueY))}\" "
                    + $"y2=\"{Number(PixelY(valueY))}\" stroke=\"#ddd\"/>");
            Text(PixelX(valueX), Height - Bottom + 18, "middle", Label(valueX));
            Text(Left - 6, PixelY(valueY) + 4, "end", Label(valueY));
        }

        for (var i = 0; i < Lines.Count; i++)
        {
            var colour = s_colours[i % s_colours.Length];
            var path = string.Join(' ', Finite(Lines[i].Points).Select(point => $"{Number(PixelX(point.X))},{Number(PixelY(point.Y))}"));
            Line($"<polyline fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\" points=\"{path}\"/>");
            Text(Width - Right + 10, Top + 14 + (18 * i), "start", Lines[i].Name, $"fill=\"{colour}\"");
        }

        Line("</svg>");
        return svg.ToString();

        void Line(string text) => svg.Append(text).Append('\n');
        void Text(double atX, double atY, string anchor, string text, string attributes = "") =>
            Line(
                $"<text x=\"{Number(atX)}\" y=\"{Number(atY)}\" text-anchor=\"{anchor}\" {attributes}>"
                + $"{SecurityElement.Escape(text)}</text>");
    }

    private static IEnumerable<(double X, double Y)> Finite(IEnumerable<(double X, double Y)> points) =>
        points.Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y));

    private static (double Low, double High) Span(IEnumerable<double> values)
    {
        var (low, high) = (values.Min(), values.Max());
        return high > low ? (low, high) : (low - 0.5, low + 0.5);
    }

    private static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Label(double value) => value.ToString("G3", CultureInfo.InvariantCulture);
}
