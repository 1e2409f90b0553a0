namespace LoopLM.Tools.Data.Sources;

/// <summary>Questions and answers as chats. Held out are those whose question, without its template, hashes so.</summary>
internal abstract class ChatSource(int repeat, OverlapFilter filter) : IDocumentSource
{
    public abstract string Kind { get; }

    public IEnumerable<Segment[]> Documents(bool heldOut)
    {
        foreach (var (key, question, answer) in Conversations())
        {
            var text = heldOut ? answer : filter.Apply(answer);
            for (var i = 0; i < (heldOut ? 1 : repeat) && text.Length > 0 && HeldOut.Contains(key) == heldOut; i++)
            {
                yield return Data.Documents.Chat((question, text));
            }
        }
    }

    /// <summary>What decides the split, the user's message and the assistant's.</summary>
    protected abstract IEnumerable<(string Key, string Question, string Answer)> Conversations();
}
