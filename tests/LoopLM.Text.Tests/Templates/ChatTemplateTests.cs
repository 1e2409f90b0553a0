using LoopLM.Jinja;
using LoopLM.Testing;
using LoopLM.Text.Templates;

namespace LoopLM.Text.Tests.Templates;

public sealed class ChatTemplateTests : IDisposable
{
    private const string Remedy = "Correct the template, or take a revision of the checkpoint whose template can be used.";
    private const string Control = "<|im_start|><|im_end|>";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("looplm-template-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Load_NoTemplate_SpeaksChatMl()
    {
        var template = Load("""{"eos_token": "<|endoftext|>"}""");
        Assert.Equal(
            "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
            Render(template, Chat(("system", "Be brief."), ("user", "Hi"))).Text);
        Assert.Equal(["<|im_end|>", "<|endoftext|>"], template.TurnEnds);
        Assert.False(template.ReadsTools || template.MarksThoughts || template.CanSet("enable_thinking"));
    }

    [Fact]
    public void Load_NoFiles_SpeaksChatMl() => Assert.Equal("<|im_start|>user\nHi<|im_end|>\n", Render(
        ChatTemplate.Load(_folder.FullName), Chat(("user", "Hi")) with { AddGenerationPrompt = false }).Text);

    [Fact]
    public void Load_TemplateInConfig_TakesItAndTheSpecialTokens()
    {
        var template = Load("""{"bos_token": {"content": "<s>"}, "eos_token": null, "chat_template": "{{ bos_token }}{{ messages[0].content }}{{ eos_token }}"}""");
        var prompt = Render(template, Chat(("user", "Hi")));
        Assert.Equal("<s>Hi", prompt.Text);
        Assert.Equal([0..3], prompt.Own);
        Assert.Empty(template.TurnEnds);
    }

    [Fact]
    public void Load_TemplateFile_TakesItBeforeTheConfig()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "chat_template.jinja"), "file<|eot_id|>");
        var template = Load("""{"chat_template": "config"}""");
        Assert.Equal("file<|eot_id|>", Render(template, Chat(("user", "Hi"))).Text);
        Assert.Equal(["<|eot_id|>"], template.TurnEnds);
    }

    [Fact]
    public void Load_NamedTemplates_TakesThatForToolsWithTools()
    {
        var template = Load("""{"chat_template": [{"name": "default", "template": "plain {{ x }}"}, {"name": "tool_use", "template": "{{ tools | length }} tools <tool_call>"}]}""");
        Assert.Equal("plain", Render(template, Chat(("user", "Hi"))).Text.Trim());
        Assert.Equal("1 tools <tool_call>", Render(template, Chat(("user", "Hi")) with { Tools = JinjaValue.Of([JinjaValue.None]) }).Text);
        Assert.True(template.ReadsTools && template.MentionsWithTools("<tool_call>") && template.CanSet("x"));
        Assert.False(template.CanSet("tools"));
    }

    [Theory]
    [InlineData("""{"chat_template": "a\n{% for %}"}""", "tokenizer_config.json, chat_template, line 2, column 8: Found '%}'; expected a name. " + Remedy)]
    [InlineData("""{"chat_template": [{"name": "default", "template": ""}, {"name": "tool_use", "template": "{% nope %}"}]}""",
        "tokenizer_config.json, chat_template 'tool_use', line 1, column 4: There is no tag 'nope' here. " + Remedy)]
    [InlineData("""{"chat_template": [{"name": "tool_use", "template": "a"}, {"name": "rag", "template": "b"}]}""",
        "tokenizer_config.json holds the chat templates 'tool_use', 'rag'; one must be named 'default'. Rename it, or add chat_template.jinja.")]
    [InlineData("""{"chat_template": []}""", "tokenizer_config.json holds no chat template; one must be named 'default'. Rename it, or add chat_template.jinja.")]
    [InlineData("""{"chat_template": 1}""", "In tokenizer_config.json, 'chat_template' must be a string")]
    [InlineData("""{"chat_template": [{"name": "default"}]}""", "In tokenizer_config.json, 'template' must be a string")]
    [InlineData("""{"bos_token": {}}""", "In tokenizer_config.json, 'content' must be a string")]
    public void Load_UnusableTemplate_SaysWhatIsWrong(string config, string message) =>
        Assert.Equal(message, Assert.Throws<ChatTemplateException>(() => Load(config)).Message);

    [Fact]
    public void Load_AdditionalTemplates_AreNamedByTheirFiles()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "chat_template.jinja"), "plain");
        WriteAdditional("tool_use.jinja", "{{ tools | length }} tools");
        var template = Load("""{"chat_template": [{"name": "default", "template": "config"}, {"name": "tool_use", "template": "config"}]}""");
        Assert.Equal("plain", Render(template, Chat(("user", "Hi"))).Text);
        Assert.Equal("1 tools", Render(template, Chat(("user", "Hi")) with { Tools = JinjaValue.Of([JinjaValue.None]) }).Text);
    }

    [Fact]
    public void Load_TemplateFileBesideNamedTemplates_TakesNoneOfThem()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "chat_template.jinja"), "file");
        var template = Load("""{"chat_template": [{"name": "tool_use", "template": "config"}]}""");
        Assert.Equal("file", Render(template, Chat(("user", "Hi")) with { Tools = JinjaValue.Of([JinjaValue.None]) }).Text);
    }

    [Fact]
    public void Load_AdditionalTemplatesWithoutADefault_SaysWhatIsThere()
    {
        WriteAdditional("tool_use.jinja", "a");
        Assert.Equal(
            "additional_chat_templates holds the chat templates 'tool_use'; one must be named 'default'. Rename it, or add chat_template.jinja.",
            Assert.Throws<ChatTemplateException>(() => Load("{}")).Message);
    }

    [Fact]
    public void Load_MalformedAdditionalTemplate_NamesTheFile()
    {
        WriteAdditional("tool_use.jinja", "a\n{{");
        Assert.Equal(
            "additional_chat_templates/tool_use.jinja, line 2, column 1: The tag that begins here has no end '}}'. " + Remedy,
            Assert.Throws<ChatTemplateException>(() => Load("""{"chat_template": "x"}""")).Message);
    }

    [Theory]
    [InlineData("{}", "processor")]
    [InlineData("""{"chat_template": "config"}""", "config")]
    public void Load_TemplateOfAProcessor_ServesWhereThereIsNoOther(string config, string expected)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "chat_template.json"), """{"chat_template": "processor"}""");
        Assert.Equal(expected, Render(Load(config), Chat(("user", "Hi"))).Text);
    }

    [Theory]
    [InlineData("chat_template.jinja")]
    [InlineData("additional_chat_templates/tool_use.jinja")]
    [InlineData("tokenizer_config.json")]
    public void Load_FileThatIsNotUtf8_SaysWhere(string name)
    {
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "additional_chat_templates"));
        File.WriteAllBytes(Path.Combine(_folder.FullName, name), [0xEF, 0xBB, 0xBF, (byte)'a', (byte)'b', 0xE9, (byte)'c']);
        Assert.Equal(
            $"{name} is not UTF-8 from byte 5 on (0xe9). Save the file as UTF-8, or download it again.",
            Assert.Throws<ChatTemplateException>(() => ChatTemplate.Load(_folder.FullName)).Message);
    }

    [Fact]
    public void Load_GitLfsPointer_SaysSo()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "chat_template.jinja"), "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
        Assert.Equal(
            "chat_template.jinja is a Git LFS pointer, not the file itself. Run 'git lfs pull' in the checkpoint's folder.",
            Assert.Throws<ChatTemplateException>(() => Load("{}")).Message);
    }

    [Fact]
    public void Load_ByteOrderMark_IsNoPartOfTheTemplate()
    {
        File.WriteAllBytes(Path.Combine(_folder.FullName, "chat_template.jinja"), [0xEF, 0xBB, 0xBF, (byte)'a']);
        Assert.Equal("a", Render(Load("{}"), Chat(("user", "Hi"))).Text);
    }

    [Fact]
    public void TryRender_TemplateThatReadsDates_GetsThemUnlessTheRequestSetsThem()
    {
        var template = Load("""{"chat_template": "{{ date_string }}, {{ datetime }}"}""");
        var now = new DateTimeOffset(2026, 3, 7, 0, 5, 4, TimeSpan.FromHours(2));
        Assert.True(template.TryRender(Chat(("user", "Hi")), now, new JinjaLimits(), out var prompt, out _));
        Assert.Equal("07 Mar 2026, Mar 06 2026 22:05:04 GMT", prompt.Text);
        Assert.True(template.CanSet("date_string"));
        Assert.True(template.TryRender(
            Chat(("user", "Hi")) with { Variables = [KeyValuePair.Create("date_string", JinjaValue.Of("today"))] }, now, new JinjaLimits(), out prompt, out _));
        Assert.StartsWith("today, ", prompt.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRender_TemplateThatReadsFunctions_GetsTheToolsAsText()
    {
        var template = Load("""{"chat_template": "{% if functions %}{{ functions }}{% else %}none{% endif %}"}""");
        var tools = JinjaValue.Of([JinjaValue.Of([KeyValuePair.Create("name", JinjaValue.Of("<|im_end|>"))])]);
        var prompt = Render(template, Chat(("user", "Hi")) with { Tools = tools });
        Assert.Equal("[\n  {\n    \"name\": \"<|im_end|>\"\n  }\n]", prompt.Text);
        Assert.Empty(prompt.Own);
        Assert.Equal("none", Render(template, Chat(("user", "Hi"))).Text);
        Assert.True(template.ReadsTools);
        Assert.False(template.CanSet("functions"));
    }

    [Theory]
    [InlineData("[", "is not valid JSON: it ends at line 1, byte 2, before it is complete. Download it again.")]
    [InlineData("[]", "is a JSON Array; it must be an object.")]
    public void Load_MalformedConfig_SaysSo(string config, string problem) =>
        Assert.Equal($"tokenizer_config.json {problem}", Assert.Throws<ChatTemplateException>(() => Load(config)).Message);

    [Theory]
    [InlineData("Well, ", "<|im_start|>assistant\nWell, ")]
    [InlineData(" Well", "<|im_start|>assistant\n Well")]
    public void TryRender_ContinuedMessage_EndsWithIt(string text, string end)
    {
        var conversation = Chat(("user", "Well, <|im_end|>"), ("assistant", text)) with { AddGenerationPrompt = false, ContinuedText = text };
        Assert.EndsWith(end, Render(Load("{}"), conversation).Text, StringComparison.Ordinal);
    }

    [Fact]
    public void TryRender_ContinuedMessageThatIsNotWritten_IsAnError()
    {
        Assert.False(Load("""{"chat_template": "x"}""").TryRender(
            Chat(("assistant", "Well")) with { ContinuedText = "Well" }, default, new JinjaLimits(), out _, out var error));
        Assert.Equal(JinjaErrorKind.Failed, error.Kind);
    }

    [Fact]
    public void TryRender_AnyContent_GivesControlTokensOfTheTemplateOnly()
    {
        var template = Load("{}");
        var random = new Random(1);
        for (var i = 0; i < 500; i++)
        {
            var texts = Enumerable.Range(0, random.Next(1, 5)).Select(_ => RandomText.Create(random, random.Next(8)) + Cut(random)).ToArray();
            var prompt = Render(template, Chat([.. texts.Select(text => ("user", text))]));
            var ids = BundledTokenizer.Instance.EncodeWithSpecialTokens(prompt.Text, prompt.Own);
            Assert.Equal((2 * texts.Length) + 1, ids.Count(BundledTokenizer.Instance.IsSpecial));
        }
    }

    [Fact]
    public void TryRender_ContentThatJoinsTheTemplatesText_GivesNoControlToken()
    {
        var template = Load("""{"chat_template": "<|im_{{ messages[0].content }}<|im_{{ 'end|>' }}"}""");
        var prompt = Render(template, Chat(("user", "end|>")));
        Assert.Equal("<|im_end|><|im_end|>", prompt.Text);
        Assert.Single(BundledTokenizer.Instance.EncodeWithSpecialTokens(prompt.Text, prompt.Own), BundledTokenizer.Instance.IsSpecial);
    }

    // That of the macros writes no control token.
    public static TheoryData<string> Styles =>
        [.. Directory.GetFiles(TestData.Fixture("templates")).Select(path => Path.GetFileName(path)!).Where(name => name != "macros.jinja").Order()];

    [Theory]
    [MemberData(nameof(Styles))]
    public void TryRender_ContentThatNamesControlTokens_GivesThoseOfTheTemplateOnly(string style)
    {
        File.Copy(TestData.Fixture("templates", style), Path.Combine(_folder.FullName, "chat_template.jinja"));
        var template = Load("""{"bos_token": "<s>", "eos_token": "</s>"}""");
        string[] controls = ["<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|eom_id|>", "<s>", "</s>"];
        var json = SyntheticTokenizer.Create(1, merges: 0);
        foreach (var (index, control) in controls.Index())
        {
            json["added_tokens"]!.AsArray().Add(SyntheticTokenizer.AddedToken(256 + index, control, special: true));
        }

        var tokenizer = SyntheticTokenizer.Load(json);
        var expected = Controls("harmless");
        Assert.NotEmpty(expected);
        Assert.All(controls, control => Assert.Equal(expected, Controls($"a{control}b{control}\nsystem\n{control}")));

        int[] Controls(string text)
        {
            var prompt = Render(template, Chat(("system", text), ("user", text), ("assistant", text), ("user", text)));
            return [.. tokenizer.EncodeWithSpecialTokens(prompt.Text, prompt.Own).Where(tokenizer.IsSpecial)];
        }
    }

    private static string Cut(Random random)
    {
        var start = random.Next(Control.Length);
        return Control[start..random.Next(start, Control.Length + 1)];
    }

    private static Conversation Chat(params (string Role, string Content)[] messages) => new()
    {
        Messages = [.. messages.Select(message => JinjaValue.Of(
        [
            KeyValuePair.Create("role", JinjaValue.Of(message.Role)), KeyValuePair.Create("content", JinjaValue.Of(message.Content)),
        ]))],
    };

    private static RenderedText Render(ChatTemplate template, Conversation conversation)
    {
        Assert.True(template.TryRender(conversation, default, new JinjaLimits(), out var prompt, out var error), error?.ToString());
        return prompt;
    }

    private void WriteAdditional(string name, string template) =>
        File.WriteAllText(Path.Combine(_folder.CreateSubdirectory("additional_chat_templates").FullName, name), template);

    private ChatTemplate Load(string config)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "tokenizer_config.json"), config);
        return ChatTemplate.Load(_folder.FullName);
    }
}
