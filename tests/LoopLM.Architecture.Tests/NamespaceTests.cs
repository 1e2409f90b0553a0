using LoopLM.Checkpoints.Configuration;
using LoopLM.Cpu.Runners;
using LoopLM.Engine.Execution;
using LoopLM.Server.Hosting;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace LoopLM.Architecture.Tests;

/// <summary>The namespaces of a project form a list: a type knows those of its own namespace and of the ones before.</summary>
public sealed class NamespaceTests
{
    private static readonly Dictionary<string, string[]> s_lists = new()
    {
        [typeof(EngineCore).Assembly.Location] =
            ["Errors", "Runners", "Kv", "Exits", "Configuration", "Sampling",
                "Requests", "Telemetry", "Scheduling", "Speculation", "Execution"],
        [typeof(CpuModelRunner).Assembly.Location] =
            ["Memory", "Simd", "Threading", "Formats", "Kernels", "Storage", "Attention", "Ouro", "Runners"],
        [typeof(ServerApplication).Assembly.Location] =
        [
            "Errors", "Configuration", "Access", "Work", "Replies", "Models",
            "TextGeneration", "Telemetry", "Transport", "Rest", "Conversations",
            "OpenAi", "Loop", "Tokens", "Grpc", "Health", "About", "Hosting",
        ],
    };

    /// <summary>Namespaces of the CPU runner that may know what the configuration of a family says.</summary>
    private static readonly string[] s_families = ["Ouro"];

    /// <summary>Namespaces of the server before the first that may know of HTTP requests.</summary>
    private const string FirstOfHttp = "Transport";

    /// <summary>Protocols of the server, which do not know each other.</summary>
    private static readonly string[] s_protocols = ["OpenAi", "Loop", "Tokens", "Grpc"];

    public static TheoryData<string> Projects => [.. s_lists.Keys.Select(path => Path.GetFileNameWithoutExtension(path))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_EveryType_KnowsOnlyWhatStandsBeforeItsNamespace(string project)
    {
        var (assembly, list) = Open(project);
        using (assembly)
        {
            var upward =
                from type in assembly.MainModule.GetTypes()
                where RankOf(type) >= 0
                from known in Known(type)
                where known.Scope == assembly.MainModule && RankOf(known) > RankOf(type)
                select $"{type.FullName} knows {known.FullName}";

            Assert.Empty(upward);
        }

        int RankOf(TypeReference type) => Array.IndexOf(list, NamespaceOf(project, type));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_Namespaces_AreThoseOfTheList(string project)
    {
        var (assembly, list) = Open(project);
        using (assembly)
        {
            var names = assembly.MainModule.GetTypes()
                .Where(type => type.Namespace.StartsWith($"{project}.", StringComparison.Ordinal))
                .Select(type => NamespaceOf(project, type))
                .Distinct();

            Assert.Equal(list.Order(), names.Order());
        }
    }

    [Fact]
    public void Cpu_ConfigurationOfAFamily_IsKnownInTheNamespaceOfTheFamilyAlone()
    {
        const string Project = "LoopLM.Cpu";
        var families = typeof(ModelConfig).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(ModelConfig)))
            .Select(type => type.FullName)
            .ToHashSet();
        var (assembly, _) = Open(Project);
        using (assembly)
        {
            var knowing =
                from type in assembly.MainModule.GetTypes()
                where Known(type).Any(known => families.Contains(known.FullName))
                select NamespaceOf(Project, type);

            Assert.Equal(s_families, knowing.Distinct());
        }
    }

    [Fact]
    public void Server_NamespacesBelowHttp_KnowNoHttpContext()
    {
        var (assembly, list) = Open("LoopLM.Server");
        using (assembly)
        {
            var knowing =
                from type in assembly.MainModule.GetTypes()
                let rank = Array.IndexOf(list, NamespaceOf("LoopLM.Server", type))
                where rank >= 0 && rank < Array.IndexOf(list, FirstOfHttp)
                where Known(type).Any(known => known.Name is "HttpContext" or "IHttpContextAccessor")
                select type.FullName;

            Assert.Empty(knowing);
        }
    }

    [Fact]
    public void Server_Protocols_DoNotKnowEachOther()
    {
        var (assembly, _) = Open("LoopLM.Server");
        using (assembly)
        {
            var knowing =
                from type in assembly.MainModule.GetTypes()
                let own = NamespaceOf("LoopLM.Server", type)
                where s_protocols.Contains(own)
                from known in Known(type)
                let other = NamespaceOf("LoopLM.Server", known)
                where known.Scope == assembly.MainModule && other != own && s_protocols.Contains(other)
                select $"{type.FullName} knows {known.FullName}";

            Assert.Empty(knowing);
        }
    }

    private static (AssemblyDefinition Assembly, string[] List) Open(string project)
    {
        var (path, list) = s_lists.Single(pair => Path.GetFileNameWithoutExtension(pair.Key) == project);
        return (AssemblyDefinition.ReadAssembly(path), list);
    }

    /// <summary>The namespace of a type, or of the one around it, below that of the project.</summary>
    private static string NamespaceOf(string project, TypeReference type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type.Namespace.Replace($"{project}.", "", StringComparison.Ordinal).Split('.')[0];
    }

    private static IEnumerable<TypeReference> Known(TypeDefinition type) =>
        KnownBy(type).Select(reference => reference.GetElementType()).DistinctBy(reference => reference.FullName);

    private static IEnumerable<TypeReference> KnownBy(TypeDefinition type)
    {
        var members = type.Fields.Select(field => field.FieldType)
            .Concat(type.Interfaces.Select(each => each.InterfaceType))
            .Concat(
                type.Methods.SelectMany(method => method.Parameters.Select(parameter => parameter.ParameterType).Append(method.ReturnType)))
            .Concat(type.Methods.Where(method => method.HasBody).SelectMany(method => method.Body.Instructions).SelectMany(KnownBy));
        return (type.BaseType is { } parent ? members.Append(parent) : members).SelectMany(WithArguments);
    }

    private static IEnumerable<TypeReference> KnownBy(Instruction instruction) => instruction.Operand switch
    {
        TypeReference type => [type],
        FieldReference field => [field.DeclaringType, field.FieldType],
        MethodReference method =>
            [method.DeclaringType, method.ReturnType, .. method.Parameters.Select(parameter => parameter.ParameterType)],
        _ => [],
    };

    private static IEnumerable<TypeReference> WithArguments(TypeReference type) => type switch
    {
        GenericInstanceType generic => generic.GenericArguments.SelectMany(WithArguments).Append(generic.ElementType),
        TypeSpecification specification => WithArguments(specification.ElementType),
        _ => [type],
    };
}
