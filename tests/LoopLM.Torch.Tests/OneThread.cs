using System.Runtime.CompilerServices;
using LoopLM.Torch.Native;
using TorchSharp;

namespace LoopLM.Torch.Tests;

/// <summary>The models of the tests are so small that a second thread only waits.</summary>
internal static class OneThread
{
    [ModuleInitializer]
    internal static void Set()
    {
        TorchLibrary.Load();
        torch.set_num_threads(1);
    }
}
