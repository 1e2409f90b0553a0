using System.Collections.Immutable;
using LoopLM.Checkpoints.Files;
using LoopLM.Checkpoints.Safetensors;

namespace LoopLM.Checkpoints.Tests.Safetensors;

/// <summary>What is seen of what others do to a file that is mapped.</summary>
public sealed class ChangedFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SafetensorsFile _file;

    public ChangedFileTests()
    {
        SafetensorsWriter.Write(
            Path, [new("a", ElementType.UInt8, ImmutableArray.Create(3L * 4096), Enumerable.Repeat((byte)7, 3 * 4096).ToArray())]);
        _file = SafetensorsFile.Open(Path);
    }

    private string Path => _folder["model.safetensors"];

    public void Dispose()
    {
        _file.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void FindChange_Untouched_IsNothing() =>
        Assert.Equal((null, null, false), (_file.Watched.FindChange(), _file.Watched.FindReplacement(), _file.IsDamaged));

    [Fact]
    public void FindChange_CutShort_SaysBothLengths()
    {
        var before = new FileInfo(Path).Length;
        Overwrite(file => RandomAccess.SetLength(file, 10));

        Assert.Equal(($"it had {before} bytes and has 10", null), (_file.Watched.FindChange(), _file.Watched.FindReplacement()));
    }

    [Fact]
    public void FindChange_WrittenToInPlace_SaysWhen()
    {
        Overwrite(file => RandomAccess.Write(file, [1], 5000));
        File.SetLastWriteTimeUtc(Path, new DateTime(2030, 1, 2, 3, 4, 5, DateTimeKind.Utc));

        Assert.Equal(("it was written to at 2030-01-02 03:04:05 UTC", null), (_file.Watched.FindChange(), _file.Watched.FindReplacement()));
    }

    [Fact]
    public void FindReplacement_AnotherFileTookItsName_SaysSoAndTheMapStays()
    {
        AtomicFile.Write(Path, "other");

        Assert.Equal((null, "was replaced by another file"), (_file.Watched.FindChange(), _file.Watched.FindReplacement()));
        Assert.Equal(3 * 4096, _file.Tensors["a"].ByteCount);
    }

    [Fact]
    public void FindReplacement_Deleted_SaysSo()
    {
        File.Delete(Path);

        Assert.Equal((null, "is gone"), (_file.Watched.FindChange(), _file.Watched.FindReplacement()));
    }

    [Fact]
    public void FindReplacement_FileThatWasNotThereCame_SaysSo()
    {
        using var watched = new WatchedFile(_folder["later.json"]);
        var before = watched.FindReplacement();

        File.WriteAllText(watched.Path, "{}");

        Assert.Equal((null, null, "is there now, and was not at start"), (before, watched.FindChange(), watched.FindReplacement()));
    }

    /// <summary>Were the map not guarded, this would end the process.</summary>
    [Fact]
    public unsafe void IsDamaged_ReadAfterANewEnd_IsTrueAndTheRestIsZeros()
    {
        Assert.SkipUnless(MapGuard.IsSupported, "no handler for this system");
        var data = _file.Tensors["a"].Data;
        Overwrite(file => RandomAccess.SetLength(file, 4096));
        Assert.Equal((7, false), (data[0], _file.IsDamaged));

        Assert.Equal((0, 0, true), (data[9000], data[5000], _file.IsDamaged));
    }

    private void Overwrite(Action<Microsoft.Win32.SafeHandles.SafeFileHandle> change)
    {
        using var file = File.OpenHandle(Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        change(file);
    }
}
