namespace LoopLM.Torch.Native;

/// <summary>
/// Lets a library that was built against libstdc++ 13 load with the libstdc++ of GCC 4.4 to 12 (Debian 12, Ubuntu 22.04).
/// </summary>
/// <remarks>
/// Code that includes &lt;iostream&gt; asks libstdc++ 13 for <c>std::ios_base_library_init()</c>, version GLIBCXX_3.4.32.
/// Before that version the same work was done by the constructor of <c>std::ios_base::Init</c>, version GLIBCXX_3.4, an empty class:
/// the object it is called for is never touched, so a caller that passes none may call it all the same.
/// </remarks>
internal static class LibstdcxxVersion
{
    /// <summary>The version that older systems lack.</summary>
    public const string Newer = "GLIBCXX_3.4.32";

    private const string Older = "GLIBCXX_3.4";
    private const string NewerSymbol = "_ZSt21ios_base_library_initv";
    private const string OlderSymbol = "_ZNSt8ios_base4InitC1Ev";

    /// <summary>Makes the library require the older symbol; leaves one that does not request the newer version as it is.</summary>
    /// <param name="image">The bytes of the library's file.</param>
    /// <param name="name">Name for error messages.</param>
    /// <exception cref="InvalidDataException">The file is damaged, or needs more of the newer version than that one symbol.</exception>
    public static void Lower(byte[] image, string name)
    {
        var library = new ElfLibrary(image, name);
        var needs = library.VersionNeeds().ToList();
        var newer = needs.Find(need => need.Name == Newer);
        if (newer.Name is null)
        {
            return;
        }

        var older = needs.Find(need => need.Name == Older);
        if (older.Name is null || library.SymbolsOf(newer.Index).ToList() is not [{ Name: NewerSymbol } symbol])
        {
            throw new InvalidDataException($"{name} needs more of {Newer} than {NewerSymbol}, which alone can be replaced.");
        }

        library.Rename(symbol, OlderSymbol);
        library.Redirect(newer, older);
    }
}
