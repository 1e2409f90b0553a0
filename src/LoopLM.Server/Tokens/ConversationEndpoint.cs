using LoopLM.Server.Conversations;
using LoopLM.Server.Models;
using LoopLM.Server.Rest.Requests;
using LoopLM.Server.Transport;
using LoopLM.Server.Work;

namespace LoopLM.Server.Tokens;

/// <summary>An endpoint that says what a model reads of a conversation.</summary>
/// <param name="bodies">Reads bodies.</param>
/// <param name="models">The models that are served.</param>
/// <param name="work">Runs work on texts.</param>
/// <param name="prompts">Writes conversations as prompts.</param>
internal abstract class ConversationEndpoint(RequestBodies bodies, ServedModels models, RequestWork work, ChatPrompts prompts)
    : TokensEndpoint(bodies, models, work)
{
    /// <summary>Writes the conversation as a prompt; null where a problem was reported.</summary>
    protected async Task<ChatPrompt?> WritePromptAsync(HttpContext context, ServedModel model, RequestFields fields)
    {
        var conversation = await OnTextAsync(context, fields, () => ChatConversation.Read(
            fields, ChatMessages.Read(fields), ChatTools.Read(fields), ReasoningEffort.Read(fields, "reasoning_effort"), mayPrefill: true));
        if (conversation is null || fields.Error is not null)
        {
            return null;
        }

        var written = await prompts.WriteAsync(model, conversation, context.Caller(), context.RequestAborted);
        if (!written.TryGet(out var prompt, out var error))
        {
            fields.Report(error);
        }

        return prompt;
    }
}
