namespace LoopLM.Text.Templates;

/// <summary>The text of a chat template.</summary>
/// <param name="Place">The file and, where it holds several, the template: what messages call it.</param>
/// <param name="Text">Its text.</param>
internal sealed record TemplateSource(string Place, string Text);
