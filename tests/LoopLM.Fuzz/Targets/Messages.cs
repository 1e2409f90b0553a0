using LoopLM.Fuzz.Fuzzing;

namespace LoopLM.Fuzz.Targets;

/// <summary>What must hold of every message about an input: it ends up in logs and terminals.</summary>
internal static class Messages
{
    private const int MaxLength = 4096;

    /// <summary>Requires some text of bounded length, without control characters.</summary>
    /// <param name="messages">The messages, one problem each; at least one.</param>
    public static void Check(params IReadOnlyList<string> messages)
    {
        FuzzException.Require(messages.Count > 0, "a refusal says why", "there is no message");
        foreach (var message in messages)
        {
            FuzzException.Require(
                message.Length is > 0 and <= MaxLength, "messages are of bounded length", $"one has {message.Length} chars");
            var control = message.FirstOrDefault(char.IsControl);
            FuzzException.Require(control == default, "messages hold no control characters", $"U+{(int)control:X4} in: {message}");
        }
    }
}
