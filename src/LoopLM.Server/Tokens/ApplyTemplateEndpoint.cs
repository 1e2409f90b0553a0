using System.Text.Json;
using LoopLM.Server.Conversations;
using LoopLM.Server.Models;
using LoopLM.Server.Rest.Output;
using LoopLM.Server.Rest.Requests;
using LoopLM.Server.Work;

namespace LoopLM.Server.Tokens;

/// <summary><c>POST /apply-template</c>: the text that the chat template makes of a conversation.</summary>
internal sealed class ApplyTemplateEndpoint(RequestBodies bodies, ServedModels models, RequestWork work, ChatPrompts prompts)
    : ConversationEndpoint(bodies, models, work, prompts)
{
    protected override async Task<Action<Utf8JsonWriter>?> PrepareAsync(HttpContext context, ServedModel model, RequestFields fields) =>
        await WritePromptAsync(context, model, fields) is { } prompt ? json => json.WriteText("prompt"u8, [prompt.Text]) : null;
}
