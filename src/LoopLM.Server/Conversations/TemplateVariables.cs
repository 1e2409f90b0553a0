using System.Globalization;
using LoopLM.Jinja;
using LoopLM.Server.Models;

namespace LoopLM.Server.Conversations;

/// <summary>The variables that a chat template gets: those of the request, those that follow from its effort, and those of the model's settings.</summary>
internal static class TemplateVariables
{
    /// <summary>What templates call the switch of thoughts: Qwen's and DeepSeek's name.</summary>
    private static readonly string[] s_switches = ["enable_thinking", "thinking"];

    /// <summary>The variables that a model's template reads. The request goes before its effort, and that before the settings.</summary>
    public static List<KeyValuePair<string, JinjaValue>> Of(ServedModel model, ChatConversation chat)
    {
        var variables = new List<KeyValuePair<string, JinjaValue>>();
        foreach (var (name, value) in chat.Variables)
        {
            Add(name, value);
        }

        if (chat.Effort is { } effort)
        {
            Add("reasoning_effort", JinjaValue.Of(effort));
            Array.ForEach(s_switches, name => Add(name, JinjaValue.Of(effort != "none")));
        }

        foreach (var (name, value) in model.Settings.Model.ChatTemplateKwargs)
        {
            Add(name, OfSetting(value));
        }

        return variables;

        void Add(string name, JinjaValue value)
        {
            if (model.ChatTemplate.CanSet(name) && !variables.Exists(variable => variable.Key == name))
            {
                variables.Add(new(name, value));
            }
        }
    }

    /// <summary>Settings are texts: what reads as a boolean or a number is one.</summary>
    private static JinjaValue OfSetting(string text) =>
        bool.TryParse(text, out var flag) ? JinjaValue.Of(flag)
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? JinjaValue.Of(number)
        : JinjaValue.Of(text);
}
