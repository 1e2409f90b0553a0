using System.IO.MemoryMappedFiles;

namespace LoopLM.Fuzz.Fuzzing;

/// <summary>The input at work, in a file that outlives the process: four bytes of length, and the input.</summary>
internal sealed class CurrentInput : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly string _path;

    public CurrentInput(string folder, string target, int maxBytes)
    {
        Directory.CreateDirectory(folder);
        _path = Path.Combine(folder, target + ".current");
        _file = MemoryMappedFile.CreateFromFile(_path, FileMode.Create, null, sizeof(int) + maxBytes);
        _view = _file.CreateViewAccessor();
    }

    public void Set(byte[] input)
    {
        _view.Write(0, input.Length);
        _view.WriteArray(sizeof(int), input, 0, input.Length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
        File.Delete(_path);
    }
}
