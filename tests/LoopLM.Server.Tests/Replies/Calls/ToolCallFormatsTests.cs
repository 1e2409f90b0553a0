namespace LoopLM.Server.Tests.Replies.Calls;

public class ToolCallFormatsTests
{
    public static TheoryData<string> Templates => [.. CallTemplates.Names];

    [Theory]
    [MemberData(nameof(Templates))]
    public void Of_TemplateOfAFamily_IsItsFormat(string name) =>
        Assert.Equal(CallTemplates.Format(name), CallTemplates.Find(CallTemplates.Text(name))?.Name);

    [Theory]
    [InlineData("{{ messages }}")]
    [InlineData("{{ messages }}{{ tools }}")]
    [InlineData("{{ messages }}<tool_call></tool_call>")]
    public void Of_TemplateWithoutToolsOrForm_IsNone(string template) => Assert.Null(CallTemplates.Find(template));

    [Theory]
    [InlineData("granite", "granite")]
    [InlineData("pythonic", "pythonic")]
    [InlineData("none", null)]
    public void Of_FormatThatIsSet_GoesBeforeTheTemplates(string setting, string? format) =>
        Assert.Equal(format, CallTemplates.Find(CallTemplates.Text("hermes"), setting)?.Name);

    [Fact]
    public void Of_GraniteWithoutTheSpecialMark_BeginsCallsAsTheTemplateDoes()
    {
        var format = CallTemplates.Find("{{ tools }}<|start_of_role|>assistant<|end_of_role|><tool_call>");

        Assert.Equal(("granite", "<tool_call>["), (format?.Name, format?.Syntax.Start));
    }

    [Fact]
    public void NewId_OfMistral_HasNineLettersAndDigits() =>
        Assert.Matches("^[A-Za-z0-9]{9}$", CallTemplates.Find(CallTemplates.Text("mistral"))!.NewId());
}
