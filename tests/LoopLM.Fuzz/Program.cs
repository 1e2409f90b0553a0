using System.CommandLine;
using System.Globalization;
using LoopLM.Fuzz.Fuzzing;
using LoopLM.Fuzz.Targets;
using LoopLM.Testing;

namespace LoopLM.Fuzz;

/// <summary>The command that fuzzes for as long as it is asked to.</summary>
internal static class Program
{
    private const string Instrumented = "--instrumented";

    public static int Main(string[] args)
    {
        var target = new Argument<string>("target") { Description = "The parser, or all of them.", DefaultValueFactory = _ => "all" };
        target.AcceptOnlyFromAmong(["all", .. FuzzTargets.Names]);
        var inputs = new Option<long?>("--inputs") { Description = "Mutated inputs of each target." };
        var minutes = new Option<double?>("--minutes")
        {
            Description = "Minutes for each target. Default, where --inputs is not given: 1.",
        };
        var seed = new Option<int>("--seed") { Description = "Seed of the mutations.", DefaultValueFactory = _ => 1 };
        var corpus = new Option<string>("--corpus")
        {
            Description = "Folder of the inputs to begin with.",
            DefaultValueFactory = _ => Path.Combine(TestData.Root, "tests", "LoopLM.Fuzz", "Corpus"),
        };
        var findings = new Option<string>("--findings")
        {
            Description = "Folder for inputs that break a rule.",
            DefaultValueFactory = _ => Path.Combine(Path.GetTempPath(), "looplm-fuzz"),
        };
        var learnt = new Option<string?>("--learnt") { Description = "Folder for inputs that reached something new." };
        var coverage = new Option<bool>("--coverage")
        {
            Description = "Whether inputs that reach something new are mutated further.",
            DefaultValueFactory = _ => true,
        };
        var instrumented = new Option<bool>(Instrumented) { Hidden = true };
        var command = new RootCommand("Feeds parsers with mutations of a corpus, until one breaks a rule.")
        {
            target, inputs, minutes, seed, corpus, findings, learnt, coverage, instrumented,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(coverage) && !parsed.GetValue(instrumented))
            {
                using var assemblies = new InstrumentedAssemblies();
                return assemblies.Run([.. args, Instrumented]);
            }

            var options = new FuzzOptions
            {
                Seed = parsed.GetValue(seed),
                Inputs = parsed.GetValue(inputs),
                Duration = parsed.GetValue(minutes) is { } given ? TimeSpan.FromMinutes(given)
                    : parsed.GetValue(inputs) is null ? TimeSpan.FromMinutes(1)
                    : null,
                Corpus = parsed.GetValue(corpus)!,
                Findings = parsed.GetValue(findings)!,
                Learnt = parsed.GetValue(learnt),
            };
            var names = parsed.GetValue(target) is "all" ? FuzzTargets.Names : [parsed.GetValue(target)!];
            return names.Select(name => Run(name, options, parsed.GetValue(coverage))).ToList().TrueForAll(isSound => isSound) ? 0 : 1;
        });
        return command.Parse(args).Invoke();
    }

    private static bool Run(string name, FuzzOptions options, bool isWatched)
    {
        using var map = isWatched ? new CoverageMap() : null;
        using var target = FuzzTargets.Create(name);
        var result = FuzzRun.Run(target, options, map);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name}: {result.Inputs} inputs, {result.Accepted} taken, {result.Learnt} learnt, {map?.Count ?? 0} branches, slowest {result.Slowest.TotalMilliseconds:F0} ms, most {result.MostAllocated >> 10} KiB, {result.Findings.Count} findings"));
        return result.Findings.Count == 0;
    }
}
