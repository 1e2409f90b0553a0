using LoopLM.Text.Tokenization.PreTokenization.Patterns;

namespace LoopLM.Text.Tokenization.PreTokenization;

/// <summary>The pieces of a text, found one by one as they are requested.</summary>
internal ref struct SplitPieces
{
    private readonly PatternSplitter _splitter;
    private readonly ReadOnlySpan<char> _text;
    private PatternScan _scan;
    private int _end;

    /// <summary>Chars of what was found after the piece; 0 where nothing was looked for yet.</summary>
    private int _found;
    private bool _isMatch;

    public SplitPieces(PatternSplitter splitter, ReadOnlySpan<char> text)
    {
        _splitter = splitter;
        _text = text;
    }

    /// <summary>The piece.</summary>
    public Range Current { get; private set; }

    public readonly SplitPieces GetEnumerator() => this;

    /// <summary>Goes to the next piece; false where there is none.</summary>
    public bool MoveNext()
    {
        var start = _end;
        var wasMatch = false;
        while (_end < _text.Length)
        {
            if (_found == 0)
            {
                _found = _splitter.Pattern.NextLength(_text, _end, ref _scan, out var isMatch);
                _isMatch = isMatch != _splitter.IsInverted;
            }

            if (start < _end && !Joins(_isMatch, wasMatch))
            {
                break;
            }

            _end += _found;
            _found = 0;
            wasMatch = _isMatch;
            start = wasMatch && _splitter.Behavior == SplitBehavior.Removed ? _end : start;
            if (start < _end && _splitter.Behavior == SplitBehavior.Isolated)
            {
                break;
            }
        }

        Current = start.._end;
        return start < _end;
    }

    /// <summary>Whether what was found is part of the piece before it.</summary>
    private readonly bool Joins(bool isMatch, bool wasMatch) => _splitter.Behavior switch
    {
        SplitBehavior.MergedWithPrevious => isMatch && !wasMatch,
        SplitBehavior.MergedWithNext => !isMatch && wasMatch,
        SplitBehavior.Contiguous => isMatch == wasMatch,
        _ => false,
    };
}
