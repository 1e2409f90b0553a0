namespace LoopLM.Text.Templates;

/// <summary>The forms in which a template takes the arguments of a call.</summary>
/// <param name="TakesData">As a mapping.</param>
/// <param name="TakesText">As the text of a JSON object.</param>
public readonly record struct ArgumentForms(bool TakesData, bool TakesText);
