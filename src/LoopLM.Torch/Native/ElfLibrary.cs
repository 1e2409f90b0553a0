using System.Buffers.Binary;
using System.Text;

namespace LoopLM.Torch.Native;

/// <summary>
/// The dynamic symbols of a 64-bit little-endian ELF library and the versions they ask of other libraries,
/// read from and written to the file's bytes. Every read is checked; a damaged file throws <see cref="InvalidDataException"/>.
/// </summary>
/// <remarks>Layout: System V ABI (ELF-64 object file format) and the symbol versioning chapter of the Linux Standard Base.</remarks>
internal sealed class ElfLibrary
{
    private const uint DynamicSymbolTable = 11;
    private const uint VersionNeedTable = 0x6ffffffe;
    private const uint SymbolVersionTable = 0x6fffffff;
    private const int SymbolSize = 24;

    private readonly byte[] _bytes;
    private readonly string _name;
    private readonly Section _symbols;
    private readonly Section _symbolVersions;
    private readonly Section _versionNeeds;
    private readonly Section _strings;

    /// <summary>Finds the tables of a library.</summary>
    /// <param name="bytes">The whole file; the library keeps and writes this array.</param>
    /// <param name="name">Name for error messages.</param>
    public ElfLibrary(byte[] bytes, string name)
    {
        _bytes = bytes;
        _name = name;
        if (!At(0, 6, "file header").SequenceEqual("\u007fELF\u0002\u0001"u8))
        {
            throw Damaged("it is not a 64-bit little-endian ELF file");
        }

        _symbols = FindSection(DynamicSymbolTable, "dynamic symbol table");
        _symbolVersions = FindSection(SymbolVersionTable, "symbol version table");
        _versionNeeds = FindSection(VersionNeedTable, "version need table");
        _strings = SectionAt(_symbols.Link);
    }

    private readonly record struct Section(uint Type, long Offset, long Size, uint Link);

    /// <summary>A version that the library asks of another one.</summary>
    /// <param name="Name">For example <c>GLIBCXX_3.4</c>.</param>
    /// <param name="Index">What <see cref="Symbol.Version"/> refers to.</param>
    /// <param name="Offset">Where its entry begins in the file.</param>
    public readonly record struct VersionNeed(string Name, ushort Index, long Offset);

    /// <summary>A dynamic symbol.</summary>
    /// <param name="Name">Its mangled name.</param>
    /// <param name="Version">The <see cref="VersionNeed.Index"/> it is bound to.</param>
    /// <param name="NameOffset">Where its name begins in the file.</param>
    public readonly record struct Symbol(string Name, ushort Version, long NameOffset);

    /// <summary>The versions asked of all libraries, in file order.</summary>
    public IEnumerable<VersionNeed> VersionNeeds()
    {
        // A file entry (count at 2, first version at 8, next file at 12) heads a chain of version entries (index at 6, name at 8, next at
        // 12). Offsets are relative and unsigned, so that a chain only runs forward.
        for (long file = 0, nextFile = 1; nextFile != 0; file += nextFile)
        {
            var version = file + ReadNeed32(file + 8);
            for (var left = ReadNeed16(file + 2); left > 0; left--)
            {
                yield return new(ReadString(ReadNeed32(version + 8)), ReadNeed16(version + 6), _versionNeeds.Offset + version);
                version += ReadNeed32(version + 12);
            }

            nextFile = ReadNeed32(file + 12);
        }
    }

    /// <summary>The dynamic symbols bound to a version.</summary>
    public IEnumerable<Symbol> SymbolsOf(ushort version)
    {
        for (long index = 0; index < _symbols.Size / SymbolSize; index++)
        {
            var found = BinaryPrimitives.ReadUInt16LittleEndian(At(_symbolVersions.Offset + (2 * index), 2, "symbol version table"));
            if (found == version)
            {
                var name = BinaryPrimitives.ReadUInt32LittleEndian(At(_symbols.Offset + (SymbolSize * index), 4, "dynamic symbol table"));
                yield return new(ReadString(name), version, _strings.Offset + name);
            }
        }
    }

    /// <summary>Overwrites a symbol's name with one that is not longer.</summary>
    public void Rename(Symbol symbol, string name)
    {
        var place = At(symbol.NameOffset, symbol.Name.Length, "string table");
        place.Clear();
        Encoding.ASCII.GetBytes(name, place);
    }

    /// <summary>Makes one version entry require the version of another one, keeping its index.</summary>
    public void Redirect(VersionNeed from, VersionNeed to)
    {
        // Hash at 0, name at 8.
        At(to.Offset, 4, "version need table").CopyTo(At(from.Offset, 4, "version need table"));
        At(to.Offset + 8, 4, "version need table").CopyTo(At(from.Offset + 8, 4, "version need table"));
    }

    private Section FindSection(uint type, string what)
    {
        var count = BinaryPrimitives.ReadUInt16LittleEndian(At(0x3c, 2, "file header"));
        for (uint index = 0; index < count; index++)
        {
            if (SectionAt(index) is var section && section.Type == type)
            {
                return section;
            }
        }

        throw Damaged($"it has no {what}");
    }

    private Section SectionAt(uint index)
    {
        const int headerSize = 64;
        var table = BinaryPrimitives.ReadUInt64LittleEndian(At(0x28, 8, "file header"));
        var header = At((long)Math.Min(table, int.MaxValue) + (headerSize * (long)index), headerSize, "section header table");
        var section = new Section(
            BinaryPrimitives.ReadUInt32LittleEndian(header[4..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[24..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[32..]),
            BinaryPrimitives.ReadUInt32LittleEndian(header[40..]));
        return section.Offset >= 0 && section.Size >= 0 ? section : throw Damaged($"section {index} has a size or place beyond any file");
    }

    private ushort ReadNeed16(long offset) =>
        BinaryPrimitives.ReadUInt16LittleEndian(At(_versionNeeds.Offset + offset, 2, "version need table"));

    private uint ReadNeed32(long offset) =>
        BinaryPrimitives.ReadUInt32LittleEndian(At(_versionNeeds.Offset + offset, 4, "version need table"));

    private string ReadString(uint offset)
    {
        if (offset >= _strings.Size)
        {
            throw Damaged($"a name is at {offset} in a string table of {_strings.Size} bytes");
        }

        var tail = At(_strings.Offset + offset, (int)Math.Min(_strings.Size - offset, int.MaxValue), "string table");
        var length = tail.IndexOf((byte)0);
        return length >= 0 ? Encoding.ASCII.GetString(tail[..length]) : throw Damaged("its string table is not terminated");
    }

    private Span<byte> At(long offset, int count, string what) =>
        offset >= 0 && offset <= _bytes.Length - count
            ? _bytes.AsSpan((int)offset, count)
            : throw Damaged($"its {what} reaches beyond its {_bytes.Length} bytes");

    private InvalidDataException Damaged(string what) => new($"{_name} cannot be read: {what}.");
}
