namespace LoopLM.Tools.Data.Tales.Plots;

/// <summary>A kind of story: a wish, an obstacle, and an ending that follows from what happens.</summary>
internal interface IPlot
{
    /// <summary>Its name.</summary>
    string Name { get; }

    /// <summary>Whether it is about a thing; otherwise it counts food.</summary>
    bool HasThing => true;

    /// <summary>Whether the thing breaks, which cloth and stones do not.</summary>
    bool Breaks => false;

    /// <summary>Lets it happen.</summary>
    void Play(Stage stage);
}
