using System.Globalization;
using System.Text;

namespace LoopLM.Server.Replies.Calls;

/// <summary>Makes parts of a reply of the calls in it. Arguments are the text of a JSON object, piece by piece.</summary>
/// <param name="parts">Takes the parts.</param>
/// <param name="newId">Gives a call its id.</param>
/// <param name="oneCall">Whether calls after the first are left out.</param>
internal sealed class CallParts(List<ReplyPart> parts, Func<string> newId, bool oneCall)
{
    private readonly StringBuilder _arguments = new();
    private string? _name;
    private bool _isLeftOut;

    /// <summary>Calls so far.</summary>
    public int Count { get; private set; }

    /// <summary>Calls so far, those that are left out among them.</summary>
    public int Begun { get; private set; }

    /// <summary>Whether the arguments of a call are incomplete so far.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Begins a call.</summary>
    public void Begin(string name)
    {
        Flush();
        Begun++;
        _isLeftOut = oneCall && Count > 0;
        if (!_isLeftOut)
        {
            Count++;
            _name = name;
            IsOpen = true;
        }
    }

    /// <summary>Appends to the arguments.</summary>
    public void Append(string text)
    {
        if (!_isLeftOut)
        {
            _arguments.Append(text);
        }
    }

    /// <inheritdoc cref="Append(string)"/>
    public void Append(char text)
    {
        if (!_isLeftOut)
        {
            _arguments.Append(text);
        }
    }

    /// <summary>Appends a character of a JSON string.</summary>
    public void AppendInString(char text)
    {
        if (text is '"' or '\\')
        {
            Append('\\');
            Append(text);
        }
        else if (text < ' ')
        {
            Append(text == '\n' ? "\\n" : text == '\t' ? "\\t" : string.Create(CultureInfo.InvariantCulture, $"\\u{(int)text:x4}"));
        }
        else
        {
            Append(text);
        }
    }

    /// <summary>Appends a whole JSON string.</summary>
    public void AppendString(string text)
    {
        Append('"');
        foreach (var unit in text)
        {
            AppendInString(unit);
        }

        Append('"');
    }

    /// <summary>Ends a call.</summary>
    public void End()
    {
        Flush();
        IsOpen = false;
    }

    /// <summary>Gives the parts that are decided.</summary>
    public void Flush()
    {
        if (_name is not null)
        {
            parts.Add(new(ReplyPartKind.ToolCall, _arguments.ToString(), _name, newId()));
        }
        else if (_arguments.Length > 0)
        {
            parts.Add(new(ReplyPartKind.ToolArguments, _arguments.ToString()));
        }

        _name = null;
        _arguments.Clear();
    }
}
