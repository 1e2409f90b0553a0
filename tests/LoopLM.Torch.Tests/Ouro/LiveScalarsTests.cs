using LoopLM.Torch.Ouro;
using LoopLM.Torch.Runners;
using Mono.Cecil;
using TorchSharp;

namespace LoopLM.Torch.Tests.Ouro;

public sealed class LiveScalarsTests
{
    private static readonly Dictionary<MethodDefinition, bool> s_known = [];

    /// <summary>Looks at the code of the binding: which of the methods called make a scalar that nothing keeps.</summary>
    [Fact]
    public void Assembly_NumbersForTheBinding_AreMadeHereOrKeptInAField()
    {
        using var assembly = AssemblyDefinition.ReadAssembly(typeof(TorchModelRunner).Assembly.Location);
        var calls =
            from method in assembly.MainModule.GetTypes().SelectMany(type => type.Methods)
            where method.HasBody && !method.IsConstructor && method.DeclaringType.Name != nameof(LiveScalars)
            from instruction in method.Body.Instructions
            where instruction.Operand is MethodReference called && called.DeclaringType.Scope.Name == "TorchSharp" && MakesScalar(called)
            select $"{method.FullName} calls {instruction.Operand}";

        Assert.Empty(calls);
        Assert.True(MakesScalar(assembly.MainModule.ImportReference(typeof(torch.Tensor).GetMethod("op_Addition", [typeof(torch.Tensor), typeof(torch.Tensor)]))));
    }

    private static bool MakesScalar(MethodReference reference)
    {
        if (reference.DeclaringType.Name == nameof(Scalar) && reference.Name == "op_Implicit")
        {
            return true;
        }

        if (reference.Resolve() is not { HasBody: true } method)
        {
            return false;
        }

        if (!s_known.TryGetValue(method, out var makes))
        {
            s_known[method] = false;
            makes = method.Body.Instructions.Any(instruction =>
                instruction.Operand is MethodReference called && called.DeclaringType.Scope == method.DeclaringType.Scope && MakesScalar(called));
            s_known[method] = makes;
        }

        return makes;
    }
}
