using LoopLM.Checkpoints;

namespace LoopLM.Tools.Bench;

/// <summary>
/// A checkpoint of random weights in a temporary folder, in memory where the system has such a place, that goes when it is closed.
/// </summary>
internal sealed class RandomCheckpoint : IDisposable
{
    private const string MemoryFolder = "/dev/shm";

    private readonly string _folder;

    public RandomCheckpoint(BenchShape shape)
    {
        var root = Directory.Exists(MemoryFolder) && new DriveInfo(MemoryFolder).AvailableFreeSpace > 8L << 30
            ? MemoryFolder
            : Path.GetTempPath();
        _folder = Directory.CreateDirectory(Path.Combine(root, $"looplm-bench-{Guid.NewGuid():N}")).FullName;
        try
        {
            shape.Write(_folder);
            Checkpoint = Checkpoint.Open(_folder);
        }
        catch
        {
            DeleteFolder();
            throw;
        }

        if (!OperatingSystem.IsWindows())
        {
            // What is mapped outlives its name, and a benchmark that is ended from outside then leaves nothing behind.
            DeleteFolder();
        }

        // What making the weights took is no memory of the engine.
        GC.Collect();
        PeakMemory.Reset();
    }

    /// <summary>The checkpoint.</summary>
    public Checkpoint Checkpoint { get; }

    /// <inheritdoc/>
    public void Dispose()
    {
        Checkpoint.Dispose();
        DeleteFolder();
    }

    private void DeleteFolder()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}
