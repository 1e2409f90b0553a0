using LoopLM.Engine.Errors;

namespace LoopLM.Server.Errors;

/// <summary>How a protocol, or one of its endpoints, calls the fields that errors name.</summary>
/// <param name="renamed">The fields that are called otherwise there, with their names.</param>
internal sealed class FieldNames(params IReadOnlyList<(string Field, string Name)> renamed)
{
    /// <summary>Every field has its name in REST.</summary>
    public static FieldNames Rest { get; } = new();

    /// <summary>The name of a field.</summary>
    public string Of(string field)
    {
        foreach (var (theirs, name) in renamed)
        {
            if (theirs == field)
            {
                return name;
            }
        }

        return field;
    }

    /// <summary>The message of an error with the names of this protocol.</summary>
    public string Write(ErrorMessage message) => message.Write(field => Of(field.Name));
}
