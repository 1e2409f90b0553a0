namespace LoopLM.Text.Tokenization.PreTokenization;

/// <summary>What the split patterns tell apart: <c>\p{L}</c>, <c>\p{N}</c>, <c>\s</c> and everything else.</summary>
internal enum CharClass : byte
{
    Letter,
    Number,
    Space,
    Other,
}
