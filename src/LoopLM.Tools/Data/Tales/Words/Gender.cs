namespace LoopLM.Tools.Data.Tales.Words;

/// <summary>Which pronoun stands for someone.</summary>
internal enum Gender
{
    She,
    He,
}
