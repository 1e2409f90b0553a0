using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using LoopLM.Jinja;

namespace LoopLM.Text.Templates;

/// <summary>How a model wants conversations to be written: its checkpoint's Jinja template, or ChatML where it has none. Immutable, and safe for any number of threads.</summary>
public sealed class ChatTemplate
{
    /// <summary>ChatML, as the models before templates spoke it.</summary>
    private const string ChatMl =
        "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content or '' }}<|im_end|>\n{% endfor %}"
        + "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

    private const string Tools = "tools";
    private const string Functions = "functions";

    private static readonly JinjaTemplate s_functions = Parse(new(Functions, $"{{{{ {Tools} | tojson(indent=2) }}}}"));

    /// <summary>Special tokens that end a turn in the templates that write them.</summary>
    private static readonly string[] s_turnEnds = ["<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|end|>", "<end_of_turn>"];

    private readonly JinjaTemplate _template;
    private readonly JinjaTemplate _toolTemplate;
    private readonly ChatTemplateFiles _files;
    private readonly Lazy<ArgumentForms> _argumentForms;

    private ChatTemplate(ChatTemplateFiles files)
    {
        _files = files;
        _template = files.Templates.TryGetValue(ChatTemplateFiles.Default, out var source) ? Parse(source) : Parse(new("ChatML", ChatMl));
        _toolTemplate = files.Templates.TryGetValue(ChatTemplateFiles.ToolUse, out source) ? Parse(source) : _template;
        _argumentForms = new(() => ArgumentProbe.FormsOf(this));
        TurnEnds = [.. s_turnEnds.Where(_template.Mentions).Append(files.EndOfText).OfType<string>().Distinct()];
    }

    /// <summary>The special tokens, by name, with which the model ends what it says.</summary>
    public IReadOnlyList<string> TurnEnds { get; }

    /// <summary>Whether tools that are given to it reach the prompt.</summary>
    public bool ReadsTools => _toolTemplate.Names.Contains(Tools) || _toolTemplate.Names.Contains(Functions);

    /// <summary>Whether it marks the model's thoughts as <c>&lt;think&gt;...&lt;/think&gt;</c>.</summary>
    public bool MarksThoughts => _template.Mentions("</think>");

    /// <summary>The forms in which it takes the arguments of calls, found by writing one. Of a template that writes none, both.</summary>
    public ArgumentForms ArgumentForms => _argumentForms.Value;

    /// <summary>
    /// Reads the templates of a checkpoint: <c>chat_template.jinja</c>, else <c>chat_template</c> in tokenizer_config.json, one or several with names;
    /// and <c>additional_chat_templates</c>, whose files are named by their templates. ChatML serves where there is none at all.
    /// </summary>
    /// <param name="folder">The checkpoint's folder.</param>
    /// <exception cref="ChatTemplateException">A file is malformed or a template says what the interpreter does not know.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static ChatTemplate Load(string folder) => new(ChatTemplateFiles.Read(folder));

    /// <summary>Whether a request may set a variable: the template reads it, and it is none of those that the server sets.</summary>
    public bool CanSet(string variable) =>
        (_template.Names.Contains(variable) || _toolTemplate.Names.Contains(variable)) && !Sets(variable);

    /// <summary>Whether the server sets a variable: those of the conversation, and the names of special tokens.</summary>
    public bool Sets(string variable) =>
        variable is "messages" or Tools or Functions or "documents" or "add_generation_prompt" || _files.SpecialTokens.ContainsKey(variable);

    /// <summary>Whether a text stands in the template that writes conversations with tools.</summary>
    public bool MentionsWithTools(string text) => _toolTemplate.Mentions(text);

    /// <summary>Writes a conversation as a prompt.</summary>
    /// <param name="conversation">The conversation.</param>
    /// <param name="now">The time, for templates that tell it.</param>
    /// <param name="limits">What the rendering may spend.</param>
    /// <param name="prompt">The prompt; null where there is an error.</param>
    /// <param name="error">Why there is no prompt; null where there is one.</param>
    /// <param name="cancellationToken">Ends the rendering.</param>
    /// <exception cref="OperationCanceledException">The rendering was cancelled.</exception>
    public bool TryRender(
        Conversation conversation,
        DateTimeOffset now,
        JinjaLimits limits,
        [NotNullWhen(true)] out RenderedText? prompt,
        [NotNullWhen(false)] out JinjaError? error,
        CancellationToken cancellationToken = default)
    {
        var template = conversation.Tools is null ? _template : _toolTemplate;
        prompt = null;
        if (!TryWriteFunctions(template, conversation, limits, out var functions, out error, cancellationToken)
            || !template.TryRender(Variables(conversation, functions, now), now, limits, out var rendered, out error, cancellationToken))
        {
            return false;
        }

        prompt = conversation.ContinuedText is { } text ? Continue(rendered, text) : rendered;
        if (prompt is null)
        {
            error = new(JinjaErrorKind.Failed, 1, 1, "The template does not write the last message as it is, so it cannot be continued.");
            return false;
        }

        return true;
    }

    /// <summary>Writes the tools as the text that a few templates read in their place.</summary>
    private static bool TryWriteFunctions(
        JinjaTemplate template,
        Conversation conversation,
        JinjaLimits limits,
        out JinjaValue? functions,
        [NotNullWhen(false)] out JinjaError? error,
        CancellationToken cancellationToken)
    {
        (functions, error) = (null, null);
        if (conversation.Tools is not { } tools || !template.Names.Contains(Functions))
        {
            return true;
        }

        var written = s_functions.TryRender([KeyValuePair.Create(Tools, tools)], default, limits, out var text, out error, cancellationToken);
        functions = text is null ? null : JinjaValue.Of(text.Text);
        return written;
    }

    private IEnumerable<KeyValuePair<string, JinjaValue>> Variables(Conversation conversation, JinjaValue? functions, DateTimeOffset now)
    {
        // None is what transformers passes for tools that are not there.
        var own = new Dictionary<string, JinjaValue>
        {
            ["messages"] = JinjaValue.Of(conversation.Messages),
            [Tools] = conversation.Tools ?? JinjaValue.None,
            ["documents"] = JinjaValue.None,
            ["add_generation_prompt"] = JinjaValue.Of(conversation.AddGenerationPrompt),
            ["date_string"] = JinjaValue.OfTemplate(now.ToString("dd MMM yyyy", CultureInfo.InvariantCulture)),
            ["datetime"] = JinjaValue.OfTemplate(
                now.ToUniversalTime().ToString("MMM dd yyyy HH:mm:ss 'GMT'", CultureInfo.InvariantCulture)),
        };
        if (functions is not null)
        {
            own[Functions] = functions;
        }

        return own
            .Concat(_files.SpecialTokens.Select(token => KeyValuePair.Create(token.Key, JinjaValue.OfTemplate(token.Value))))
            .Concat(conversation.Variables);
    }

    private static RenderedText? Continue(RenderedText prompt, string text)
    {
        var core = text.Trim();
        var start = prompt.Text.LastIndexOf(core, StringComparison.Ordinal);
        if (start < 0)
        {
            return null;
        }

        // White space behind the message stays where the template keeps it.
        var whole = text.TrimStart();
        var keepsEnd = prompt.Text.AsSpan(start).StartsWith(whole);
        return prompt.Truncate(start + (keepsEnd ? whole : core).Length);
    }

    private static JinjaTemplate Parse(TemplateSource source) =>
        JinjaTemplate.TryParse(source.Text, out var template, out var error)
            ? template
            : throw new ChatTemplateException(
                $"{source.Place}, line {error.Line}, column {error.Column}: {error.Message} "
                + "Correct the template, or take a revision of the checkpoint whose template can be used.");
}
