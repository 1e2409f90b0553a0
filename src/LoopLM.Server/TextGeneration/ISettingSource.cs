using LoopLM.Server.Errors;

namespace LoopLM.Server.TextGeneration;

/// <summary>
/// The settings of a request as its protocol has them, by their names in REST. What is absent, and what the protocol does not have, is
/// null; so is what has the wrong type, which the source reports itself.
/// </summary>
internal interface ISettingSource
{
    /// <summary>A text.</summary>
    string? Text(string name);

    /// <summary>Some texts, or one.</summary>
    string[]? TextOrTexts(string name);

    /// <summary>Some texts.</summary>
    string[]? Texts(string name);

    /// <summary>A whole number.</summary>
    int? Integer(string name);

    /// <summary>A whole number of 64 bits.</summary>
    long? LongInteger(string name);

    /// <summary>Some whole numbers.</summary>
    int[]? Integers(string name);

    /// <summary>A number.</summary>
    float? Number(string name);

    /// <summary>Numbers by token id.</summary>
    Dictionary<int, float>? NumbersByToken(string name);

    /// <summary>Yes or no.</summary>
    bool? Flag(string name);

    /// <summary>Reports a problem, unless there is one already.</summary>
    void Report(RequestError error);
}
