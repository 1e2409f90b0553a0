using LoopLM.Server.Errors;

namespace LoopLM.Server.Tests.Errors;

public sealed class ClientTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("grün `😀`", "grün `😀`")]
    [InlineData("a\nb\u0000\u001b[1m", "a\\u{a}b\\u{0}\\u{1b}[1m")]
    [InlineData("a\u2028\u202e\ufeff\ue000", "a\\u{2028}\\u{202e}\\u{feff}\\u{e000}")]
    [InlineData("1234567890", "1234567890")]
    [InlineData("12345678901", "1234567890...")]
    [InlineData("123456789😀", "123456789...")]
    public void Show_AnyText_IsOneBoundedLine(string text, string shown) => Assert.Equal(shown, ClientText.Show(text, 10));
}
