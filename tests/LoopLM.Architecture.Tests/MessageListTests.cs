using LoopLM.Testing;

namespace LoopLM.Architecture.Tests;

/// <summary>
/// <c>docs/messages.md</c> lists what users can read, so that a change of a message is read as text, among its neighbours.
/// </summary>
public sealed class MessageListTests
{
    private const string WritePage = "LOOPLM_WRITE_MESSAGES";

    private static readonly string s_page = Path.Combine(TestData.Root, "docs", "messages.md");

    [Fact]
    public void MessagesPage_Sources_ListsTheirMessages()
    {
        var list = MessageList.Write();
        if (Environment.GetEnvironmentVariable(WritePage) is not null)
        {
            File.WriteAllText(s_page, list);
        }

        Assert.True(
            list == File.ReadAllText(s_page).ReplaceLineEndings("\n"), $"docs/messages.md is out of date; {WritePage}=1 writes it.");
    }

    [Theory]
    [InlineData("F(\"one two three\");", "one two three")]
    [InlineData("F($\"{a} is {b.C()}; \" + $\"it must be {1 + 2}.\");", "{a} is {b.C()}; it must be {1 + 2}.")]
    [InlineData("F(x ? \"this is one\" : \"two words\");", "this is one")]
    [InlineData("F($\"it is {(x ? \"what is nested\" : \"\")} here\");", "it is {(x ? \"what is nested\" : \"\")} here|what is nested")]
    [InlineData("F(\"\"\"{\"some raw data\"}\"\"\");", "")]
    [InlineData("[A(\"what is logged\")] void F() { }", "")]
    public void In_Code_FindsItsProse(string code, string expected) =>
        Assert.Equal(expected, string.Join('|', MessageList.In(code)));
}
