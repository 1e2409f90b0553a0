using System.CommandLine;
using LoopLM.Tools.Data.Sources;
using LoopLM.Tools.Data.Tales.Checking;
using LoopLM.Tools.Data.Tales.Documents;
using LoopLM.Tools.Data.Tales.Questions;
using Spectre.Console;

namespace LoopLM.Tools.Data.Tales;

/// <summary><c>looplm tales</c>: prints tales to read, with questions, or checks a file of tales.</summary>
internal static class TalesCommand
{
    public static Command Create(IAnsiConsole console)
    {
        var count = new Option<int>("--count") { Description = "Tales to print.", DefaultValueFactory = _ => 10 };
        var seed = new Option<int>("--seed")
        {
            Description = "Seed of the first; each of the next has the next seed.",
            DefaultValueFactory = _ => 1
        };
        var questions = new Option<int>("--questions")
        {
            Description = "Questions about each, with their answers and steps.",
            DefaultValueFactory = _ => 0
        };
        var check = new Option<string?>("--check") { Description = "A file of tales to check instead, a line <|endoftext|> between them." };
        var command = new Command("tales", "Print tales of a small world, or check some.") { count, seed, questions, check };
        command.SetAction(result =>
        {
            var writer = console.Profile.Out.Writer;
            try
            {
                if (result.GetValue(check) is { } file)
                {
                    Check(TextFile.Documents(file), writer);
                    return 0;
                }

                for (var i = 0; i < result.GetValue(count); i++)
                {
                    Print(unchecked(result.GetValue(seed) + i), result.GetValue(questions), writer);
                }

                return 0;
            }
            catch (IOException exception)
            {
                console.WriteLine(exception.Message);
                return 1;
            }
        });
        return command;
    }

    private static void Print(int seed, int questions, TextWriter writer)
    {
        var random = new Random(seed);
        var tale = TaleGenerator.Draw(random);
        writer.WriteLine(questions > 0 ? $"{new TaleDocuments(random, new TaleMixture()).RequestFor(tale)}\n\n{tale.Text}\n" : tale.Text);
        var mixture = new TaleMixture();
        foreach (var question in new QuestionSampler(random, mixture.Unanswered, mixture.Steps).Draw(tale, questions))
        {
            writer.WriteLine($"{question.Text} {question.Answer} ({question.Steps})");
        }

        writer.WriteLine(SpecialTokens.EndOfText);
    }

    private static void Check(IEnumerable<string> tales, TextWriter writer)
    {
        foreach (var (number, tale) in tales.Index())
        {
            var check = TaleCheck.Of(tale);
            var ending = check.EndsWell ? "ends well" : "has no ending";
            writer.WriteLine(
                $"Tale {number + 1}: {check.Parsed} of {check.Sentences.Count} sentences follow a pattern, "
                + $"{check.Contradictions.Count()} contradictions, {ending}.");
            foreach (var sentence in check.Sentences.Where(sentence => sentence.Pattern is null || sentence.Contradictions.Count > 0))
            {
                var wrong = sentence.Pattern is null ? "no pattern" : string.Join(' ', sentence.Contradictions);
                writer.WriteLine($"  {sentence.Text} ({wrong})");
            }
        }
    }
}
