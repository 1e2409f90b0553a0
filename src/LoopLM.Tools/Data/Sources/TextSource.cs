namespace LoopLM.Tools.Data.Sources;

/// <summary>Running text: every document of a file. Held out are those whose first line hashes so, or all.</summary>
internal sealed class TextSource : IDocumentSource
{
    private readonly string _path;
    private readonly int _repeat;
    private readonly bool _allHeldOut;
    private readonly OverlapFilter _filter;

    /// <summary>Creates the source.</summary>
    /// <param name="path">The file.</param>
    /// <param name="repeat">How often each document is trained on.</param>
    /// <param name="allHeldOut">Whether it is for measuring alone.</param>
    /// <param name="filter">Learns the documents that are held out, and removes them from the others.</param>
    public TextSource(string path, int repeat, bool allHeldOut, OverlapFilter filter)
    {
        (_path, _repeat, _allHeldOut, _filter) = (path, repeat, allHeldOut, filter);
        foreach (var document in Split(heldOut: true))
        {
            filter.Add(document);
        }
    }

    public string Kind => "text";

    public IEnumerable<Segment[]> Documents(bool heldOut) => heldOut
        ? Split(heldOut).Select(Data.Documents.Text)
        : Split(heldOut)
            .Select(_filter.Apply)
            .Where(text => text.Length > 0)
            .SelectMany(text => Enumerable.Repeat(Data.Documents.Text(text), _repeat));

    private IEnumerable<string> Split(bool heldOut) =>
        TextFile.Documents(_path).Where(document => (_allHeldOut || HeldOut.Contains(document.Split('\n')[0])) == heldOut);
}
