using LoopLM.Checkpoints;

namespace LoopLM.Text.Templates;

/// <summary>A checkpoint's chat template that cannot be used; the message says which and why.</summary>
public sealed class ChatTemplateException(string message) : Exception(FileText.Show(message));
