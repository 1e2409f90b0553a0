using LoopLM.Torch.Native;

namespace LoopLM.Torch.Tests.Native;

public class LibstdcxxVersionTests
{
    [Fact]
    public void Lower_TorchSharpsLibrary_NoLongerAsksForTheNewerVersion()
    {
        var image = ReadLibraryOrSkip();

        LibstdcxxVersion.Lower(image, "library");

        var lowered = new ElfLibrary(image, "library");
        Assert.DoesNotContain(lowered.VersionNeeds(), need => need.Name == LibstdcxxVersion.Newer);
        Assert.Contains(
            lowered.VersionNeeds().Where(need => need.Name == "GLIBCXX_3.4"),
            need => lowered.SymbolsOf(need.Index).Select(symbol => symbol.Name).SequenceEqual(["_ZNSt8ios_base4InitC1Ev"]));
    }

    [Fact]
    public void Lower_LoweredLibrary_ChangesNothing()
    {
        var image = ReadLibraryOrSkip();
        LibstdcxxVersion.Lower(image, "library");
        var once = image.ToArray();

        LibstdcxxVersion.Lower(image, "library");

        Assert.Equal(once, image);
    }

    [Fact]
    public void Lower_LibraryThatNeedsMoreOfTheVersion_ThrowsAndNamesIt()
    {
        var image = ReadLibraryOrSkip();
        var library = new ElfLibrary(image, "library");
        var symbol = library.SymbolsOf(library.VersionNeeds().First(need => need.Name == LibstdcxxVersion.Newer).Index).Single();
        library.Rename(symbol, "_ZSt_another_symbol");

        var exception = Assert.Throws<InvalidDataException>(() => LibstdcxxVersion.Lower(image, "some.so"));

        Assert.Equal(
            "some.so needs more of GLIBCXX_3.4.32 than _ZSt21ios_base_library_initv, which alone can be replaced.", exception.Message);
    }

    [Fact]
    public void Lower_FileThatIsNotElf_ThrowsAndNamesIt()
    {
        var exception = Assert.Throws<InvalidDataException>(() =>
            LibstdcxxVersion.Lower("MZ a library of another system"u8.ToArray(), "some.dll"));

        Assert.Equal("some.dll cannot be read: it is not a 64-bit little-endian ELF file.", exception.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(0x3d)]
    [InlineData(0x1000)]
    [InlineData(0x200000)]
    public void Lower_TruncatedFile_ThrowsAndSaysWhere(int length)
    {
        var image = ReadLibraryOrSkip();

        var exception = Assert.Throws<InvalidDataException>(() => LibstdcxxVersion.Lower(image[..length], "some.so"));

        Assert.Matches($@"^some\.so cannot be read: its .+ reaches beyond its {length} bytes\.$", exception.Message);
    }

    [Fact]
    public void Lower_DamagedTables_ThrowsInvalidDataOrSucceeds()
    {
        var original = ReadLibraryOrSkip();
        var random = new Random(1);
        for (var round = 0; round < 200; round++)
        {
            // The file header, the section headers and the version needs of this build.
            var image = original.ToArray();
            var (start, length) = (round % 3) switch { 0 => (0, 64), 1 => (image.Length - 1984, 1984), _ => (0x3f8f0, 0x210) };
            random.NextBytes(image.AsSpan(start + random.Next(length - 8), 8));

            var exception = Record.Exception(() => LibstdcxxVersion.Lower(image, "some.so"));

            Assert.True(exception is null or InvalidDataException, $"Round {round}: {exception}");
        }
    }

    private static byte[] ReadLibraryOrSkip()
    {
        var file = Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so");
        Assert.SkipUnless(File.Exists(file), "TorchSharp's Linux library is not beside the tests");
        return File.ReadAllBytes(file);
    }
}
