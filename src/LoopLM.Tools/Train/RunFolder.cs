namespace LoopLM.Tools.Train;

/// <summary>The files of a training run: a checkpoint in Ouro's layout, and what the run needs to go on.</summary>
internal sealed record RunFolder(string Path)
{
    /// <summary>Options of the run; a run that goes on must have the same.</summary>
    public string Options => In("run.json");

    /// <summary>Weights, moments and step.</summary>
    public string State => In("state.safetensors");

    /// <summary>One row for every reported step.</summary>
    public string Steps => In("steps.csv");

    /// <summary>One row for every kind of document in every evaluation.</summary>
    public string Evaluations => In("evaluations.csv");

    /// <summary>Loss by loop over steps.</summary>
    public string Chart => In("loss.svg");

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
