using LoopLM.Engine.Execution;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace LoopLM.Architecture.Tests;

/// <summary>The namespaces of a project form a list: a type knows those of its own namespace and of the ones before.</summary>
public sealed class NamespaceTests
{
    private static readonly string[] s_engine =
    [
        "Errors", "Runners", "Kv", "Exits", "Configuration", "Sampling", "Requests", "Telemetry", "Scheduling", "Speculation", "Execution",
    ];

    [Fact]
    public void Engine_EveryType_KnowsOnlyWhatStandsBeforeItsNamespace()
    {
        using var assembly = AssemblyDefinition.ReadAssembly(typeof(EngineCore).Assembly.Location);

        var upward =
            from type in assembly.MainModule.GetTypes()
            where RankOf(type) >= 0
            from known in KnownBy(type).Select(reference => reference.GetElementType()).DistinctBy(reference => reference.FullName)
            where known.Scope == assembly.MainModule && RankOf(known) > RankOf(type)
            select $"{type.FullName} knows {known.FullName}";

        Assert.Empty(upward);
    }

    [Fact]
    public void Engine_Namespaces_AreThoseOfTheList()
    {
        using var assembly = AssemblyDefinition.ReadAssembly(typeof(EngineCore).Assembly.Location);

        var names = assembly.MainModule.GetTypes()
            .Where(type => type.Namespace.StartsWith("LoopLM.Engine.", StringComparison.Ordinal))
            .Select(type => type.Namespace["LoopLM.Engine.".Length..])
            .Distinct();

        Assert.Equal(s_engine.Order(), names.Order());
    }

    /// <summary>Its place in the list; -1 for a type that the compiler made outside of it.</summary>
    private static int RankOf(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return Array.IndexOf(s_engine, type.Namespace.Replace("LoopLM.Engine.", "", StringComparison.Ordinal));
    }

    private static IEnumerable<TypeReference> KnownBy(TypeDefinition type)
    {
        var members = type.Fields.Select(field => field.FieldType)
            .Concat(type.Interfaces.Select(each => each.InterfaceType))
            .Concat(type.Methods.SelectMany(method => method.Parameters.Select(parameter => parameter.ParameterType).Append(method.ReturnType)))
            .Concat(type.Methods.Where(method => method.HasBody).SelectMany(method => method.Body.Instructions).SelectMany(KnownBy));
        return (type.BaseType is { } parent ? members.Append(parent) : members).SelectMany(WithArguments);
    }

    private static IEnumerable<TypeReference> KnownBy(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        FieldReference field => [field.DeclaringType, field.FieldType],
        MethodReference method => [method.DeclaringType, method.ReturnType, .. method.Parameters.Select(parameter => parameter.ParameterType)],
        _ => [],
    };

    private static IEnumerable<TypeReference> WithArguments(TypeReference type) => type switch
    {
        GenericInstanceType generic => generic.GenericArguments.SelectMany(WithArguments).Append(generic.ElementType),
        TypeSpecification specification => WithArguments(specification.ElementType),
        _ => [type],
    };
}
