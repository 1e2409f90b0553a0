using System.Text;
using LoopLM.StructuredOutput;

namespace LoopLM.Server.Replies.Calls;

/// <summary>Reads a list of calls in Python, such as <c>[f(x='a', n=3), g()]</c>, whose arguments have names. It is one from the first name, or an empty call, on.</summary>
/// <param name="calls">Is told of calls and their arguments.</param>
internal sealed class PythonicCallReader(CallParts calls) : CallReader(calls)
{
    private readonly StringBuilder _text = new();
    private PythonicCallPlace _place;
    private PythonicValueReader _value = new(calls);
    private string _function = "";
    private int _arguments;

    public override CallStep Read(char next)
    {
        switch (_place)
        {
            case PythonicCallPlace.Start:
                return next == '[' ? GoTo(PythonicCallPlace.Function) : Space(next);
            case PythonicCallPlace.Function:
                return IsInName(next) ? BeginName(next, PythonicCallPlace.FunctionName)
                    : next == ']' ? GoTo(PythonicCallPlace.Behind)
                    : Space(next);
            case PythonicCallPlace.FunctionName:
                return ReadFunctionName(next);
            case PythonicCallPlace.Argument:
                return next == ')' ? EndCall()
                    : char.IsWhiteSpace(next) ? CallStep.More
                    : BeginName(next, PythonicCallPlace.ArgumentName);
            case PythonicCallPlace.ArgumentName:
                return ReadArgumentName(next);
            case PythonicCallPlace.Value:
                return ReadValue(next);
            case PythonicCallPlace.Next:
                return next == ',' ? GoTo(PythonicCallPlace.Function) : next == ']' ? GoTo(PythonicCallPlace.Behind) : Space(next);
            default:
                return ReadBehind(next, "<|python_end|>", "<|tool_call_end|>");
        }
    }

    private static CallStep Space(char next) => char.IsWhiteSpace(next) ? CallStep.More : CallStep.Over;

    private static bool IsInName(char value) => char.IsLetterOrDigit(value) || value is '_' or '-' or '.';

    private CallStep ReadFunctionName(char next)
    {
        if (next == '(')
        {
            (_function, _arguments) = (_text.ToString(), 0);
            return GoTo(PythonicCallPlace.Argument);
        }

        _text.Append(next);
        return _text.Length <= MaxNameLength && IsInName(next) ? CallStep.More : CallStep.Over;
    }

    private CallStep ReadArgumentName(char next)
    {
        if (next != '=')
        {
            _text.Append(next);
            return _text.Length <= MaxNameLength && !CallSyntax.NotInKeywords.Contains(next) ? CallStep.More : CallStep.Over;
        }

        if (_arguments++ == 0)
        {
            Calls.Begin(_function);
        }

        Calls.Append(_arguments == 1 ? "{" : ", ");
        Calls.AppendString(_text.ToString().TrimEnd());
        Calls.Append(": ");
        _value = new(Calls);
        return GoTo(PythonicCallPlace.Value);
    }

    private CallStep ReadValue(char next)
    {
        if (_value.Read(next))
        {
            return CallStep.More;
        }

        return !_value.IsWhole ? CallStep.Over : next == ',' ? GoTo(PythonicCallPlace.Argument) : next == ')' ? EndCall() : CallStep.Over;
    }

    private CallStep EndCall()
    {
        if (_arguments == 0)
        {
            Calls.Begin(_function);
        }

        Calls.Append(_arguments == 0 ? "{}" : "}");
        Calls.End();
        return GoTo(PythonicCallPlace.Next);
    }

    private CallStep BeginName(char next, PythonicCallPlace place)
    {
        _text.Clear().Append(next);
        return CallSyntax.NotInKeywords.Contains(next) ? CallStep.Over : GoTo(place);
    }

    private CallStep GoTo(PythonicCallPlace place)
    {
        _place = place;
        return CallStep.More;
    }
}
