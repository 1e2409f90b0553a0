using System.Text.Json;
using LoopLM.Server.Generations;
using LoopLM.Server.OpenAi.Chat;
using LoopLM.Server.OpenAi.Requests;

namespace LoopLM.Server.OpenAi.Responses;

/// <summary>The body of <c>POST /v1/responses</c>: OpenAI's fields as far as they need no storage, vLLM's extensions, and the loop extensions.</summary>
internal sealed record ResponseRequest
{
    private const string LogprobsInclude = "message.output_text.logprobs";

    private static readonly (string Name, string? Neutral)[] s_unsupported =
    [
        ("previous_response_id", null), ("conversation", null), ("background", "false"), ("prompt", null), ("context_management", "[]"), ("n", "1"),
        ("messages", null), ("max_tokens", null), ("max_completion_tokens", null), ("response_format", null), ("reasoning_effort", null), ("logprobs", null),
        ("structured_outputs", null), ("guided_json", null), ("guided_regex", null), ("guided_choice", null), ("guided_grammar", null),
        ("functions", "[]"), ("function_call", "\"none\""), ("modalities", "[\"text\"]"),
    ];

    /// <summary>What says nothing about an answer that only text goes into: the calls of OpenAI's own tools are not limited, because there are none.</summary>
    private static readonly string[] s_ignored = ["max_tool_calls", "prompt_cache_retention", "moderation"];

    private static readonly string[] s_includes =
    [
        LogprobsInclude, "reasoning.encrypted_content", "message.input_image.image_url", "file_search_call.results", "web_search_call.results",
        "web_search_call.action.sources", "computer_call_output.output.image_url", "code_interpreter_call.outputs",
    ];

    public required ReplyRequest Reply { get; init; }

    /// <summary>Whether the answer comes event by event.</summary>
    public bool Stream { get; init; }

    /// <summary>What the response repeats of the request.</summary>
    public required ResponseEcho Echo { get; init; }

    /// <summary>Reads a body. The first problem is left in <see cref="RequestFields.Error"/>.</summary>
    public static ResponseRequest Read(RequestFields fields)
    {
        // Names of other endpoints' fields come first: to say that 'input' is missing would not help whom 'messages' was meant by.
        UnsupportedFields.Refuse(fields, s_unsupported);
        var tools = ChatTools.Read(fields, flat: true);
        var reply = ReplyRequest.Read(fields, ChatConversation.Read(fields, ResponseInput.Read(fields), tools));
        var format = ResponseTextFields.Read(fields);
        reply = reply.HeldTo(format.Format);
        var request = new ResponseRequest
        {
            Reply = reply with
            {
                Text = reply.Text with { MaxTokens = ReadMaxTokens(fields), Logprobs = ReadLogprobs(fields) },
                Effort = ReadEffort(fields),
            },
            Stream = StreamFields.Read(fields).Stream,
            Echo = ResponseEcho.Read(fields, format.Echo),
        };
        CheckTruncation(fields);
        Array.ForEach(s_ignored, name => fields.Find(name));
        return request;
    }

    private static int? ReadMaxTokens(RequestFields fields)
    {
        const string name = "max_output_tokens";
        var tokens = fields.Integer(name);
        if (tokens < 1)
        {
            fields.Report(RequestErrorKind.InvalidValue, name, $"'{name}' is {tokens}; it must be 1 or more.");
        }

        return tokens;
    }

    private static int? ReadLogprobs(RequestFields fields)
    {
        const string name = "top_logprobs";
        const string include = "include";
        var included = fields.Texts(include) ?? [];
        if (!included.All(s_includes.Contains))
        {
            fields.Report(RequestErrorKind.InvalidValue, include, $"'{include}' has an entry that is not known; what there is to include is {LogprobsInclude}.");
        }

        var wanted = included.Contains(LogprobsInclude);
        var top = fields.Integer(name) ?? 0;
        if (top != 0 && !wanted)
        {
            fields.Report(RequestErrorKind.InvalidValue, name, $"'{name}' needs '{include}' to contain {LogprobsInclude}.");
        }

        return wanted ? top : null;
    }

    /// <summary>A summary may be asked for; there is none, because thoughts come in full.</summary>
    private static string? ReadEffort(RequestFields fields)
    {
        const string name = "reasoning";
        return fields.Object(name) is not { } reasoning ? null : fields.Nested(name, reasoning, each =>
        {
            each.Text("summary");
            each.Text("generate_summary");
            return ReasoningEffort.Read(each, "effort");
        });
    }

    private static void CheckTruncation(RequestFields fields)
    {
        const string name = "truncation";
        switch (fields.Text(name))
        {
            case null or "disabled":
                break;
            case "auto":
                fields.Report(RequestErrorKind.UnsupportedValue, name, $"'{name}' is auto; nothing is left out of a conversation here, so it must be disabled.");
                break;
            default:
                fields.Report(RequestErrorKind.InvalidValue, name, $"'{name}' must be disabled.");
                break;
        }
    }
}
