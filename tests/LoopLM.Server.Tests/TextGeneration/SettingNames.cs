using LoopLM.Server.Errors;
using LoopLM.Server.TextGeneration;

namespace LoopLM.Server.Tests.TextGeneration;

/// <summary>A request that says nothing, and remembers what it was requested.</summary>
internal sealed class SettingNames : ISettingSource
{
    private readonly List<string> _asked = [];

    /// <summary>The names of the settings that every protocol reads.</summary>
    public static IReadOnlyList<string> All { get; } = Read();

    public string? Text(string name) => Ask<string>(name);

    public string[]? TextOrTexts(string name) => Ask<string[]>(name);

    public string[]? Texts(string name) => Ask<string[]>(name);

    public int? Integer(string name) => Ask<object>(name) is int number ? number : null;

    public long? LongInteger(string name) => Ask<object>(name) is long number ? number : null;

    public int[]? Integers(string name) => Ask<int[]>(name);

    public float? Number(string name) => Ask<object>(name) is float number ? number : null;

    public Dictionary<int, float>? NumbersByToken(string name) => Ask<Dictionary<int, float>>(name);

    public bool? Flag(string name) => Ask<object>(name) is bool flag ? flag : null;

    public void Report(RequestError error) => Assert.Fail(error.Message.ToString());

    private static List<string> Read()
    {
        var names = new SettingNames();
        SettingReader.Read(names);
        return names._asked;
    }

    private T? Ask<T>(string name)
        where T : class
    {
        _asked.Add(name);
        return null;
    }
}
