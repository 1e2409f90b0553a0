using System.Text;
using LoopLM.StructuredOutput;

namespace LoopLM.Server.Replies.Calls;

/// <summary>
/// Reads a call in tags, as Qwen3-Coder writes it. What stands between the tags of a parameter, less one line end on either side, is its value:
/// the text itself where the function's schema asks for a string, JSON elsewhere, and a string where it is no JSON.
/// </summary>
/// <param name="calls">Is told of calls and their arguments.</param>
/// <param name="parameters">Says how the values of parameters are spelled.</param>
/// <param name="inFunction">Whether the mark was the beginning of the function itself.</param>
internal sealed class XmlCallReader(CallParts calls, FunctionParameters parameters, bool inFunction) : CallReader(calls)
{
    public const string FunctionStart = "<function=";

    private const string FunctionEnd = "</function>";
    private const string ParameterStart = "<parameter=";
    private const string ParameterEnd = "</parameter>";
    private const string CallEnd = "</tool_call>";

    private readonly StringBuilder _text = new();
    private XmlCallPlace _place = inFunction ? XmlCallPlace.FunctionName : XmlCallPlace.Start;
    private string _function = "";
    private string _tag = "";
    private int _parameters;
    private ParameterSpelling _spelling;
    private bool _isFirst;

    public override CallStep Read(char next) => _place switch
    {
        XmlCallPlace.Start => ReadStart(next),
        XmlCallPlace.FunctionName => ReadFunctionName(next),
        XmlCallPlace.Body => ReadBody(next),
        XmlCallPlace.ParameterName => ReadParameterName(next),
        XmlCallPlace.Value => ReadValue(next),
        _ => ReadBehind(next, CallEnd),
    };

    public override void End(bool isCut)
    {
        if (isCut || !Calls.IsOpen)
        {
            return;
        }

        if (_place == XmlCallPlace.Value)
        {
            EndValue();
        }

        EndFunction();
    }

    private CallStep ReadStart(char next)
    {
        if (_tag.Length == 0 && char.IsWhiteSpace(next))
        {
            return CallStep.More;
        }

        _tag += next;
        if (_tag == FunctionStart)
        {
            (_tag, _place) = ("", XmlCallPlace.FunctionName);
            return CallStep.More;
        }

        return FunctionStart.StartsWith(_tag, StringComparison.Ordinal) ? CallStep.More : CallStep.Over;
    }

    private CallStep ReadFunctionName(char next)
    {
        if (next != '>')
        {
            _text.Append(next);
            return next is '<' or '\n' || _text.Length > MaxNameLength ? CallStep.Over : CallStep.More;
        }

        _function = _text.ToString().Trim();
        if (_function.Length == 0)
        {
            return CallStep.Over;
        }

        Calls.Begin(_function);
        _place = XmlCallPlace.Body;
        return CallStep.More;
    }

    // What is no tag between parameters counts for nothing.
    private CallStep ReadBody(char next)
    {
        _tag += next;
        switch (_tag)
        {
            case ParameterStart:
                _text.Clear();
                (_tag, _place) = ("", XmlCallPlace.ParameterName);
                return CallStep.More;
            case FunctionEnd or CallEnd:
                EndFunction();
                _place = XmlCallPlace.Behind;
                return _tag == CallEnd ? CallStep.Done : CallStep.More;
        }

        if (!ParameterStart.StartsWith(_tag, StringComparison.Ordinal)
            && !FunctionEnd.StartsWith(_tag, StringComparison.Ordinal)
            && !CallEnd.StartsWith(_tag, StringComparison.Ordinal))
        {
            _tag = next == '<' ? "<" : "";
        }

        return CallStep.More;
    }

    private CallStep ReadParameterName(char next)
    {
        if (next != '>')
        {
            _text.Append(next);
            return CallStep.More;
        }

        var name = _text.ToString().Trim();
        _spelling = parameters.SpellingOf(_function, name);
        Calls.Append(_parameters++ == 0 ? "{" : ", ");
        Calls.AppendString(name);
        Calls.Append(_spelling == ParameterSpelling.Text ? ": \"" : ": ");
        _text.Clear();
        (_isFirst, _place) = (true, XmlCallPlace.Value);
        return CallStep.More;
    }

    // The tag also holds a line end, which is part of the value unless the tag follows it.
    private CallStep ReadValue(char next)
    {
        var isFirst = _isFirst;
        _isFirst = false;
        if (isFirst && next == '\n')
        {
            return CallStep.More;
        }

        var tag = _tag + next;
        var start = tag[0] == '\n' ? 1 : 0;
        if (!ParameterEnd.AsSpan().StartsWith(tag.AsSpan(start)))
        {
            Add(_tag);
            _tag = "";
            tag = next is '<' or '\n' ? next.ToString() : "";
            Add(tag.Length == 0 ? next.ToString() : "");
        }

        _tag = tag;
        if (tag.Length - start == ParameterEnd.Length)
        {
            EndValue();
            (_tag, _place) = ("", XmlCallPlace.Body);
        }

        return CallStep.More;
    }

    private void Add(string text)
    {
        if (_spelling != ParameterSpelling.Text)
        {
            _text.Append(text);
            return;
        }

        foreach (var unit in text)
        {
            Calls.AppendInString(unit);
        }
    }

    private void EndValue()
    {
        if (_spelling == ParameterSpelling.Text)
        {
            Calls.Append('"');
            return;
        }

        var text = _text.ToString();
        var json = text.Trim() switch
        {
            "null" or "None" => "null",
            "True" => "true",
            "False" => "false",
            var trimmed => trimmed,
        };
        if (_spelling == ParameterSpelling.TextOrNull ? json == "null" : _spelling == ParameterSpelling.Json && ToolArguments.IsJson(json))
        {
            Calls.Append(json);
        }
        else
        {
            Calls.AppendString(_spelling == ParameterSpelling.Quoted ? ToolArguments.ReadString(json) ?? text : text);
        }
    }

    private void EndFunction()
    {
        Calls.Append(_parameters == 0 ? "{}" : "}");
        Calls.End();
    }
}
