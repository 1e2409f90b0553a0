using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json.Nodes;
using LoopLM.Testing;

namespace LoopLM.Jinja.Tests;

/// <summary>Python's Jinja2 with the settings of Hugging Face's transformers. A test that asks it is skipped where it cannot run.</summary>
internal sealed class PythonOracle : IDisposable
{
    private readonly OracleProcess _process = new(Path.Combine(TestData.Root, "tests", "clients"), "python3", "-W", "ignore", "jinja.py");

    public void Dispose() => _process.Dispose();

    /// <summary>Skips the test where Python has no Jinja2.</summary>
    public static async Task SkipUnlessThereAsync()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("python3", ["-c", "import jinja2"]) { RedirectStandardError = true })!;
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
            Assert.SkipUnless(process.ExitCode == 0, "Python has no jinja2");
        }
        catch (Win32Exception)
        {
            Assert.Skip("python3 is not installed");
        }
    }

    /// <summary>What Python makes of a template, as <c>text</c> or <c>error</c>.</summary>
    public Task<JsonObject> RenderAsync(string template, JsonObject variables) =>
        _process.AskAsync<JsonObject>(new JsonObject { ["template"] = template, ["variables"] = variables.DeepClone() });
}
