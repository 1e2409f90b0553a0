using System.Text;

namespace LoopLM.Jinja;

/// <summary>Builds a <see cref="MarkedText"/> from pieces.</summary>
internal sealed class MarkedTextBuilder
{
    private readonly StringBuilder _text = new();
    private readonly List<bool> _marks = [];
    private int _own;

    public int Length => _text.Length;

    /// <summary>Appends a text with one mark.</summary>
    /// <param name="text">The text.</param>
    /// <param name="own">Whether the template wrote it.</param>
    public void Append(string text, bool own)
    {
        _text.Append(text);
        for (var i = 0; i < text.Length; i++)
        {
            _marks.Add(own);
        }

        _own += own ? text.Length : 0;
    }

    public void Append(MarkedText text)
    {
        _text.Append(text.Value);
        for (var i = 0; i < text.Length; i++)
        {
            _marks.Add(text.IsOwnAt(i));
            _own += text.IsOwnAt(i) ? 1 : 0;
        }
    }

    public MarkedText ToText() =>
        _own == 0 ? MarkedText.OfData(_text.ToString())
        : _own == _marks.Count ? MarkedText.OfTemplate(_text.ToString())
        : MarkedText.Of(_text.ToString(), _marks.ToArray());
}
