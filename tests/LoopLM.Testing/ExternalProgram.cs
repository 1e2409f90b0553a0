using System.ComponentModel;
using System.Diagnostics;
using Xunit;

namespace LoopLM.Testing;

/// <summary>A program of the system that a test runs. The test is skipped where it is not installed.</summary>
public static class ExternalProgram
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="name">The program.</param>
    /// <param name="input">What it reads from standard input.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>Its exit code, and what it wrote to both outputs.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(string name, string input, params string[] arguments)
    {
        using var process = Start(name, arguments);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            await process.StandardInput.WriteAsync(input).WaitAsync(s_patience);
            process.StandardInput.Close();
            await process.WaitForExitAsync().WaitAsync(s_patience);
            return (process.ExitCode, await output + await error);
        }
        finally
        {
            process.Kill();
        }
    }

    /// <summary>Starts a program whose standard streams are the caller's.</summary>
    public static Process Start(string name, params string[] arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(name, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (Win32Exception)
        {
            Assert.Skip($"{name} is not installed");
            throw;
        }
    }
}
