using System.Text;

namespace LoopLM.Jinja;

/// <summary>Builds a <see cref="ProvenanceText"/> from pieces.</summary>
internal sealed class ProvenanceTextBuilder
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

    public void Append(ProvenanceText text)
    {
        _text.Append(text.Value);
        for (var i = 0; i < text.Length; i++)
        {
            _marks.Add(text.IsTrustedAt(i));
            _own += text.IsTrustedAt(i) ? 1 : 0;
        }
    }

    public ProvenanceText ToText() =>
        _own == 0 ? ProvenanceText.OfData(_text.ToString())
        : _own == _marks.Count ? ProvenanceText.OfTemplate(_text.ToString())
        : ProvenanceText.Of(_text.ToString(), _marks.ToArray());
}
