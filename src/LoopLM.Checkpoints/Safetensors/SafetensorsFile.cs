using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Text;
using LoopLM.Checkpoints.Files;

namespace LoopLM.Checkpoints.Safetensors;

/// <summary>
/// A memory-mapped safetensors file: eight bytes of header length, a JSON header, and the tensors' bytes.
/// Everything that the header claims is checked before a tensor can be reached.
/// </summary>
public sealed unsafe class SafetensorsFile : IDisposable
{
    /// <summary>Longest header that is read, in bytes.</summary>
    public const int MaxHeaderBytes = 16 << 20;

    private const int LengthBytes = sizeof(ulong);

    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly MapGuard? _guard;
    private readonly Dictionary<string, SafetensorsTensor> _tensors = [];

    private SafetensorsFile(FileStream stream, WatchedFile watched, List<TensorEntry> entries, long dataStart)
    {
        Watched = watched;
        _map = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        start += _view.PointerOffset;
        _guard = MapGuard.IsSupported ? new(start, stream.Length) : null;
        start += dataStart;
        foreach (var entry in entries)
        {
            _tensors.Add(entry.Name, new SafetensorsTensor(entry, start + entry.Begin));
        }
    }

    /// <summary>
    /// The file as it was when it was opened. Another one under its name changes no tensor: what was opened lives until this is disposed.
    /// </summary>
    public WatchedFile Watched { get; }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsTensor> Tensors => _tensors;

    /// <summary>
    /// Whether zeros were read where the file had data: it was cut short, or cannot be read any more. Any thread may ask, at no cost.
    /// </summary>
    public bool IsDamaged => _guard?.IsDamaged ?? false;

    /// <summary>Maps a file and checks its header.</summary>
    /// <exception cref="CheckpointException">The file cannot be read; the message lists every problem.</exception>
    public static SafetensorsFile Open(string path)
    {
        var problems = new List<string>();
        FileStream? stream = null;
        try
        {
            // Other programs may give its name to another file, but those that ask may not write to this one.
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            var watched = new WatchedFile(stream.Name, stream.SafeFileHandle);
            var entries = ReadHeader(stream, problems, out var dataStart);
            if (problems.Count == 0)
            {
                return new SafetensorsFile(stream, watched, entries, dataStart);
            }
        }
        catch (FileNotFoundException)
        {
            problems.Add("it is not there");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add(exception.Message);
        }

        stream?.Dispose();
        throw new CheckpointException(path, problems);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_view.SafeMemoryMappedViewHandle.IsClosed)
        {
            _guard?.Dispose();
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _map.Dispose();
        }
    }

    /// <summary>Whether a length is one that no file has, in the letters of a message.</summary>
    private static bool BeginsAsText(ReadOnlySpan<byte> length) => !length.ContainsAnyExceptInRange((byte)' ', (byte)'~');

    private static List<TensorEntry> ReadHeader(FileStream stream, List<string> problems, out long dataStart)
    {
        dataStart = 0;
        Span<byte> length = stackalloc byte[LengthBytes];
        length.Clear();
        stream.ReadAtLeast(length, LengthBytes, throwOnEndOfStream: false);
        var headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(length);
        var fault = stream.Length < LengthBytes
            ? $"the file has {stream.Length} bytes; a safetensors file begins with {LengthBytes} bytes of header length"
            : headerBytes == 0
                ? "the header claims 0 bytes: the file is not safetensors, or its download was not finished. Download it again"
            : BeginsAsText(length)
                ? $"it is a text that begins with '{Encoding.ASCII.GetString(length)}', such as a failed download leaves. Download it again"
            : headerBytes > MaxHeaderBytes ? $"the header claims {headerBytes} bytes; at most {MaxHeaderBytes} are read"
            : (long)headerBytes > stream.Length - LengthBytes
                ? $"the header claims {headerBytes} bytes, but the file has only {stream.Length}: it is cut short"
            : null;
        if (fault is not null)
        {
            // Not before: a header of some lengths begins like a file of another kind.
            problems.Add(ForeignFile.Recognise(stream.Name) ?? fault);
            return [];
        }

        var header = new byte[headerBytes];
        stream.ReadExactly(header);
        dataStart = LengthBytes + (long)headerBytes;
        return SafetensorsHeader.Read(header, stream.Length - dataStart, problems);
    }
}
