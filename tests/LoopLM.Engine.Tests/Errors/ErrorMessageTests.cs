using System.Globalization;
using LoopLM.Engine.Errors;

namespace LoopLM.Engine.Tests.Errors;

public sealed class ErrorMessageTests
{
    [Fact]
    public void Write_FieldsWithOtherNames_NamesThemSo()
    {
        ErrorMessage message = $"{new Field("a")} is {1}; " + $"it must be {new Field("b")}, not 'a'.";

        Assert.Equal("'A' is 1; it must be 'B', not 'a'.", message.Write(field => field.Name.ToUpperInvariant()));
    }

    [Fact]
    public void Write_MessageWithinAnother_NamesItsFieldsToo()
    {
        ErrorMessage inner = $"{new Field("a")} is wrong.";
        ErrorMessage outer = $"In 'x': {inner}";

        Assert.Equal("In 'x': 'A' is wrong.", outer.Write(_ => "A"));
    }

    [Fact]
    public void ToString_Fields_HaveTheirNamesInRest()
    {
        ErrorMessage message = $"{new Field("top_k")} is {(int?)null}{2:000}.";

        Assert.Equal("'top_k' is 002.", message.ToString());
    }

    [Fact]
    public void ToString_OtherCulture_WritesNumbersAlike()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = "," } };
            ErrorMessage message = $"{new Field("min_p")} is {1.5f}.";

            Assert.Equal("'min_p' is 1.5.", message.ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
