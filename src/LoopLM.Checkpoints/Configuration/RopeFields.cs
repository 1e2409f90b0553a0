namespace LoopLM.Checkpoints.Configuration;

/// <summary>
/// Reads how a <c>config.json</c> describes an unscaled rotary embedding: <c>rope_theta</c> and <c>rope_scaling</c>, or
/// <c>rope_parameters</c>, which transformers writes from version 5 on. Any other kind of rotary embedding is refused by name.
/// </summary>
internal static class RopeFields
{
    private const string Theta = "rope_theta", Fraction = "partial_rotary_factor";

    // The second is the older one.
    private static readonly string[] s_types = ["rope_type", "type"];

    /// <summary>The base of the rotary embedding, wherever it is; where it is given twice, both must agree.</summary>
    public static float ReadTheta(ConfigFields fields)
    {
        CheckWhole(fields);
        var scaling = fields.Object("rope_scaling");
        var parameters = fields.Object("rope_parameters");
        parameters = parameters?.Object("full_attention") ?? parameters;
        float? theta = fields.Has(Theta) ? ReadNumber(fields) : null;
        foreach (var described in new[] { scaling, parameters }.OfType<ConfigFields>())
        {
            CheckType(described);
            CheckWhole(described);
            if (!described.Has(Theta))
            {
                continue;
            }

            var own = ReadNumber(described);
            if (theta is { } other && other != own)
            {
                described.Problem($"{Theta} is {own}; elsewhere it is {other}; both must be equal");
            }

            theta = own;
        }

        return theta ?? ReadNumber(fields);
    }

    private static float ReadNumber(ConfigFields fields) => fields.Number(Theta, 1, float.MaxValue);

    private static void CheckType(ConfigFields described)
    {
        // What names no type scales nothing, unless it says by how much.
        var names = s_types.Where(described.Has).ToList();
        if (described.Is("factor", "1") || described.Is("factor", "1.0"))
        {
            // Positions that are divided by 1 stay as they are.
            names.ForEach(name => described.OneOf(name, "default", "linear"));
            return;
        }

        names.ForEach(name => described.Only(name, "\"default\""));
        if (names.Count == 0 && described.Has("factor"))
        {
            described.Problem("rope_type is missing beside factor; it must be \"default\"");
        }
    }

    private static void CheckWhole(ConfigFields fields)
    {
        if (fields.Has(Fraction) && fields.Number(Fraction, 0, 1) != 1)
        {
            fields.Problem($"{Fraction} is below 1; it must be 1, because only whole heads are rotated");
        }
    }
}
