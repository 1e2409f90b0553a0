namespace LoopLM.Engine.Speculation;

/// <summary>
/// What a pass costs by its number of rows, learnt from the passes that run. Small numbers are counted
/// one by one, large ones are counted in groups.
/// </summary>
internal sealed class PassCosts
{
    private const int Exact = 16;
    private const int GroupsPerDoubling = 4;
    private const int Groups = Exact + (GroupsPerDoubling * 16);

    // A pass that lost its processor says little of what passes cost.
    private const double Outlier = 4;
    private const int Window = 32;

    private readonly (int Passes, double Rows, double Cost)[] _groups = new (int, double, double)[Groups];

    /// <summary>Counts a pass.</summary>
    /// <param name="rows">Its rows, from 1.</param>
    /// <param name="cost">What it took, in any unit.</param>
    public void Add(int rows, double cost)
    {
        ref var group = ref _groups[GroupOf(rows)];
        if (group.Passes > 0)
        {
            cost = Math.Min(cost, Outlier * group.Cost);
        }

        group.Passes = Math.Min(group.Passes + 1, Window);
        group.Rows += (rows - group.Rows) / group.Passes;
        group.Cost += (cost - group.Cost) / group.Passes;
    }

    /// <summary>The cost of a pass, between those that are known in proportion; 0 where none is known.</summary>
    /// <param name="rows">Its rows, 0 or more; also a mean.</param>
    public double At(double rows)
    {
        (double Rows, double Cost) below = default;
        foreach (var (passes, known, cost) in _groups)
        {
            if (passes == 0)
            {
                continue;
            }

            if (known >= rows)
            {
                return below.Cost + ((cost - below.Cost) * (rows - below.Rows) / (known - below.Rows));
            }

            below = (known, cost);
        }

        return below.Rows == 0 ? 0 : below.Cost * rows / below.Rows;
    }

    private static int GroupOf(int rows) => rows <= Exact
        ? rows - 1
        : Math.Min(Exact + (int)(GroupsPerDoubling * Math.Log2((double)rows / Exact)), Groups - 1);
}
