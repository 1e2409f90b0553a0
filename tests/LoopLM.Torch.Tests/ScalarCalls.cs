using System.Reflection;
using Mono.Cecil;
using TorchSharp;

namespace LoopLM.Torch.Tests;

/// <summary>Which calls of an assembly make the binding create a scalar that nothing keeps, by the code of both.</summary>
internal static class ScalarCalls
{
    private static readonly Dictionary<MethodDefinition, bool> s_known = [];

    /// <summary>The calls, with the method that makes each; none in the one class that keeps its scalars.</summary>
    public static IReadOnlyList<string> In(Assembly code)
    {
        using var assembly = AssemblyDefinition.ReadAssembly(code.Location);
        var calls =
            from method in assembly.MainModule.GetTypes().SelectMany(type => type.Methods)
            where method.HasBody && !method.IsConstructor && method.DeclaringType.Name != nameof(Torch.Ouro.LiveScalars)
            from instruction in method.Body.Instructions
            where instruction.Operand is MethodReference called && called.DeclaringType.Scope.Name == "TorchSharp" && MakesScalar(called)
            select $"{method.FullName} calls {instruction.Operand}";
        return [.. calls];
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
            makes = method.Body.Instructions.Any(instruction => instruction.Operand is MethodReference called
                && called.DeclaringType.Scope == method.DeclaringType.Scope && MakesScalar(called));
            s_known[method] = makes;
        }

        return makes;
    }
}
