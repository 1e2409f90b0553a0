using System.Security.Cryptography;
using LoopLM.StructuredOutput;

namespace LoopLM.Server.Replies.Calls;

/// <summary>How a model writes calls of tools.</summary>
/// <param name="Name">Its name in settings, vLLM's.</param>
/// <param name="Syntax">How calls are written where they are enforced.</param>
/// <param name="Marks">What calls begin with, wherever it stands.</param>
internal sealed record ToolCallFormat(string Name, CallSyntax Syntax, string[] Marks)
{
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>What calls begin with where a line begins; null where they need a mark.</summary>
    public char? LineStart { get; init; }

    /// <summary>Marks within and behind calls.</summary>
    public string[] OtherMarks { get; init; } = [];

    /// <summary>Letters and digits of a call's id, which templates may check; null for ids as OpenAI gives them.</summary>
    public int? IdLength { get; init; }

    /// <summary>What is read where calls are JSON.</summary>
    public JsonCallStyle Json { get; init; } = new([]);

    /// <summary>A new id of a call.</summary>
    public string NewId() => IdLength is { } length ? RandomNumberGenerator.GetString(Letters, length) : $"call_{Guid.NewGuid():N}";

    /// <summary>Reads the calls behind a mark.</summary>
    /// <param name="mark">The mark; empty at the beginning of a line.</param>
    /// <param name="calls">Is told of calls.</param>
    /// <param name="parameters">Says how the values of parameters are spelled.</param>
    public CallReader Reader(string mark, CallParts calls, FunctionParameters parameters) => Syntax.Arguments switch
    {
        ArgumentSyntax.Tags => new XmlCallReader(calls, parameters, mark == XmlCallReader.FunctionStart),
        ArgumentSyntax.Keywords => new PythonicCallReader(calls),
        _ => new JsonCallReader(calls, Json),
    };
}
