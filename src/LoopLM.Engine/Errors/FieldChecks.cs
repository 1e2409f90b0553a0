namespace LoopLM.Engine.Errors;

/// <summary>Checks that settings share.</summary>
internal static class FieldChecks
{
    /// <summary>Refuses a value that is not between two others, both allowed; NaN is not.</summary>
    public static Rejection? Range(string field, float value, float least, float most) =>
        value >= least && value <= most
            ? null
            : Rejection.Invalid(field, $"{new Field(field)} is {value}; it must be between {least} and {most}.");

    /// <summary>Refuses tokens that the vocabulary has not.</summary>
    /// <param name="field">Where they are.</param>
    /// <param name="tokens">The tokens.</param>
    /// <param name="vocabularySize">Tokens of the model.</param>
    public static Rejection? Tokens(string field, IEnumerable<int> tokens, int vocabularySize)
    {
        foreach (var token in tokens)
        {
            if ((uint)token >= (uint)vocabularySize)
            {
                return Rejection.Invalid(field, $"{new Field(field)} contains the token id {token}; ids are 0 to {vocabularySize - 1}.");
            }
        }

        return null;
    }
}
