using System.Xml.Linq;
using LoopLM.Tools.Plots;

namespace LoopLM.Tools.Tests.Plots;

public sealed class LineChartTests
{
    [Fact]
    public void ToSvg_NamesWithMarkupAndMissingPoints_IsWellFormedAndInsideTheFrame()
    {
        var chart = new LineChart
        {
            Title = "a < b & c",
            XTitle = "x",
            YTitle = "y",
            Lines = [("one", [(0, 1), (5, double.NaN), (10, 3)]), ("none", [])],
        };

        var svg = XDocument.Parse(chart.ToSvg()).Root!;

        var lines = svg.Elements().Where(element => element.Name.LocalName == "polyline").ToList();
        Assert.Equal(["70,370 560,40", ""], lines.Select(line => line.Attribute("points")!.Value));
        Assert.Contains(svg.Elements(), element => element.Value == "a < b & c");
    }
}
