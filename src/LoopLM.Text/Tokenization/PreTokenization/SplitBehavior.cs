namespace LoopLM.Text.Tokenization.PreTokenization;

/// <summary>What becomes of the matches of a splitting stage, by their names in a tokenizer.json.</summary>
internal enum SplitBehavior
{
    /// <summary>They are left out.</summary>
    Removed,

    /// <summary>Each is a piece.</summary>
    Isolated,

    /// <summary>Each is part of the piece before it, unless that is a match too.</summary>
    MergedWithPrevious,

    /// <summary>Each is part of the piece after it, unless that is a match too.</summary>
    MergedWithNext,

    /// <summary>Neighbouring ones are one piece.</summary>
    Contiguous,
}
