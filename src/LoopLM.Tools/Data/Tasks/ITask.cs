namespace LoopLM.Tools.Data.Tasks;

/// <summary>A generator of problems.</summary>
internal interface ITask
{
    /// <summary>Draws a problem.</summary>
    Problem Draw(Random random);
}
