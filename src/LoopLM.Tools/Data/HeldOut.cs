using System.Text;
using LoopLM.Tools.Data.Tasks;

namespace LoopLM.Tools.Data;

/// <summary>
/// Splits questions by a hash of their text, so that training and measuring never share one, whatever the seeds: a generator of training
/// data drops the held-out questions that it draws, a generator of measurements drops the others.
/// </summary>
internal static class HeldOut
{
    /// <summary>One question in so many is held out.</summary>
    private const uint OneIn = 32;

    /// <summary>Whether a problem is held out; a fact never is.</summary>
    public static bool Contains(Problem problem) => !problem.IsFact && Contains(problem.Question);

    /// <summary>Whether a question is held out: FNV-1a of its UTF-8 bytes, its bits mixed, is a multiple of 32.</summary>
    public static bool Contains(string question)
    {
        var hash = 2166136261;
        foreach (var value in Encoding.UTF8.GetBytes(question))
        {
            hash = (hash ^ value) * 16777619;
        }

        hash = (hash ^ (hash >> 16)) * 0x45D9F3B;
        return (hash ^ (hash >> 16)) % OneIn == 0;
    }
}
