namespace LoopLM.Tools.Data.Sources;

/// <summary>Where documents come from.</summary>
internal interface IDocumentSource
{
    /// <summary>Name of its kind of documents.</summary>
    string Kind { get; }

    /// <summary>The documents to train on, or those to measure on. No question is in both.</summary>
    IEnumerable<Segment[]> Documents(bool heldOut);
}
